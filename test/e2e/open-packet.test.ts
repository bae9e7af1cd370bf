/**
 * How the first packet comes to a client of the synthesized stack: behind `$connect`'s
 * answer, or from an event of its own.
 */
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { type Local, type StartOptions, startLocal } from "../../local/start.js";
import { Clients } from "../support/clients.js";
import { Recorder } from "../support/recorder.js";

let local: Local | undefined;
const clients = new Clients(() => ({ url: `ws://127.0.0.1:${local?.port}`, path: "/prod" }));

afterEach(async () => {
  clients.close();
  await local?.close();
  local = undefined;
});

/** Each asynchronous event runs twice, which the stack's log tells: so it is known which there were. */
async function start(options: StartOptions = {}) {
  const seen = new Recorder();
  local = await startLocal({ ...options, faults: { seed: 1, repeat: 1 }, log: seen.log });
  const asyncEvents = () =>
    seen.events.flatMap((event) =>
      event.type === "fault" && event.kind === "repeat" ? [Object(event.event).selfEvent] : [],
    );
  return { seen, asyncEvents };
}

describe.each(["concurrent", "ordered"] as const)("$connect, order: %s", (order) => {
  it("invokes nothing, and the open packet follows, to every kind of client", async () => {
    const { asyncEvents } = await start({ order });
    const [client, engine, plain] = await Promise.all([
      clients.join(),
      clients.frames("?EIO=4&transport=websocket"),
      clients.frames(),
    ]);
    expect(client.connected).toBe(true);
    expect(await engine.next()).toMatch(/^0\{"sid":/);
    expect(await plain.nextJson()).toMatchObject({ event: "connect" });
    expect(asyncEvents()).toEqual([]);
  });
});

describe("an environment that dies behind the answer of $connect", () => {
  it("sends no open packet: a Socket.IO client's time runs out, and it comes again", async () => {
    const { seen } = await start();
    local?.faults.set({ kill: 1, killWithinMs: 2_000 });
    const frames = await clients.frames("?EIO=4&transport=websocket");
    await seen.find("fault", ({ kind }) => kind === "kill");
    const client = clients.make("/", { reconnection: true, reconnectionDelay: 1, timeout: 500 });
    const failed = new Promise<Error>((resolve) => client.once("connect_error", resolve));
    const connected = new Promise<void>((resolve) => client.once("connect", resolve));
    client.connect();
    expect((await failed).message).toBe("timeout");
    local?.faults.stop();
    await connected;
    expect(frames.unread).toEqual([]);
  });
});

describe("an app whose function may not have an extension", () => {
  const app = fileURLToPath(new URL("apps/other-extension.ts", import.meta.url));

  it("greets by an event of its own, and the log says why", async () => {
    const { seen, asyncEvents } = await start({ app });
    expect((await clients.join()).connected).toBe(true);
    expect(asyncEvents()).toEqual(["open"]);
    expect(await seen.output(/No work can run after a response/)).toContain("HTTP 403");
  });
});
