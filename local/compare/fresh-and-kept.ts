import { AppError } from "../../runtime/errors.js";
import { type AnyServer, handlerOf, kitApp } from "../kit/kit-app.js";
import type { KitApp, LocalServer } from "../kit/options.js";
import { serveKit } from "../kit/serve-kit.js";
import { ClientTraffic, type Heard } from "./client-traffic.js";
import type { Difference } from "./differences.js";
import { Lane, type Sent } from "./lane.js";
import { ToldOnce } from "./told-once.js";

/**
 * Finds what an app keeps in memory that the next event of a client will not meet on Lambda. Runs `drive`,
 * which connects clients and emits, against a server that keeps sockets in memory; then plays what its
 * clients sent once more, twice to a server that keeps all and once to one that is made anew for each event.
 * Where the first two send the same and the last does not, there is a difference, told once for each kind.
 *
 * Handlers run four times: this is for those without side effects outside of Socket.IO. Clients that polled
 * play by WebSocket, one event after the other. The app's own HTTP, emitters and timers of minutes take no
 * part.
 *
 * ```ts
 * const makeServer = async () => {
 *   vi.resetModules();
 *   return (await import("./app.js")).io;
 * };
 * expect(await compareFreshAndKept(makeServer, drive)).toEqual([]);
 * ```
 *
 * @param makeServer loads the app's module anew, variables and all, and gives its server
 * @throws AppError where `makeServer` gives a server a second time; what `drive` throws
 */
export async function compareFreshAndKept(
  makeServer: () => AnyServer | Promise<AnyServer>,
  drive: (server: LocalServer) => Promise<void>,
): Promise<Difference[]> {
  const makeNew = eachNew(makeServer);
  const steps = await record(makeNew, drive);
  const kept = await play(kitApp(await makeNew(), true), steps);
  const again = await play(kitApp(await makeNew(), true), steps);
  const fresh = await play(freshApp(await makeNew(), makeNew), steps);
  const told = new ToldOnce();
  return steps.flatMap((step, index) =>
    told.of(step, { kept: kept[index] ?? [], again: again[index] ?? [], fresh: fresh[index] ?? [] }),
  );
}

function eachNew(makeServer: () => AnyServer | Promise<AnyServer>): () => Promise<AnyServer> {
  const made = new WeakSet<AnyServer>();
  return async () => {
    const io = await makeServer();
    if (made.has(io)) throw new AppError(SAME_SERVER);
    made.add(io);
    return io;
  };
}

const SAME_SERVER =
  "compareFreshAndKept() needs a new server each time, and makeServer gave one a second time. Load its " +
  "module anew: call vi.resetModules() (or jest.resetModules()) before import().";

async function record(
  makeNew: () => Promise<AnyServer>,
  drive: (server: LocalServer) => Promise<void>,
): Promise<readonly Heard[]> {
  const steps: Heard[] = [];
  let isOver = false;
  const watcher = new ClientTraffic((heard) => {
    if (!isOver) steps.push(heard);
  });
  const server = await serveKit(kitApp(await makeNew(), true), { watcher });
  try {
    await drive(server);
    await server.settled();
  } finally {
    isOver = true; // that clients leave with the server is no step
    await server.close();
  }
  return steps;
}

async function play(app: KitApp, steps: readonly Heard[]): Promise<(readonly Sent[])[]> {
  const server = await serveKit(app);
  const lane = new Lane({ ...server, url: server.plainUrl });
  try {
    const played: (readonly Sent[])[] = [];
    for (const step of steps) played.push(await lane.play(step));
    return played;
  } finally {
    await lane.close();
  }
}

function freshApp(first: AnyServer, makeNew: () => Promise<AnyServer>): KitApp {
  return {
    path: first.path(),
    handler: (options) => async (event) => handlerOf(await makeNew(), options)(event),
  };
}
