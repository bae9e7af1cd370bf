/** Waits that end before what they wait for: each says so, with the name of what it was. */
import { Server } from "socket.io";
import { describe, expect, it } from "vitest";
import { createHandlers } from "../../runtime/handlers.js";
import { testBackends } from "../support/backend.js";
import { GatewayEvents } from "../support/gateway-events.js";
import { kit } from "../support/kit.js";
import { logLines } from "../support/log-lines.js";
import { gate } from "../support/recording-delivery.js";

const log = logLines();
const makeBackend = testBackends();
const ENGINE_IO = { EIO: "4", transport: "websocket" };

function serve(app: (io: Server) => void) {
  const io = new Server();
  app(io);
  const world = makeBackend();
  const { handler } = createHandlers(io, { backend: () => world.backend });
  const client = new GatewayEvents();
  const send = (body: string | object, ms: number) => {
    const until = Date.now() + ms;
    return handler(client.message(body), { getRemainingTimeInMillis: () => until - Date.now() });
  };
  return { ...world, handler, client, send };
}

/** An event would wait for the timers that call its ack. */
const NO_TIMERS = { timers: { awaitUpTo: 0 } };

describe("a wait of 3 s for an ack", () => {
  it("names the event where it is given up, once", async () => {
    const { clients, server } = await kit((io) => {
      io.on("connection", (socket) => socket.on("late", (ack) => setTimeout(() => ack("late"), 4_000)));
    }, NO_TIMERS);
    const [one, two] = [await clients.join(), await clients.join()];
    for (const client of [one, two]) client.emit("late", () => {});
    await log.find(/3 s have passed/);
    await server.settled();
    await log.find(/A callback used its socket when its event was over/); // when it still answers
    expect(log.lines().slice(0, 1)).toEqual([
      expect.stringMatching(
        /^\[socket\.io-lambda\] 3 s have passed, and the handler of "late" of \/ has not called its ack\. .*Return a promise/,
      ),
    ]);
  });

  it("says nothing where the ack comes in time", async () => {
    const { clients } = await kit((io) => {
      io.on("connection", (socket) => socket.on("soon", (ack) => setTimeout(() => ack("soon"), 50)));
    });
    expect(await (await clients.join()).emitWithAck("soon")).toBe("soon");
    expect(log.lines()).toEqual([]);
  });
});

it("a middleware that does not call next is named after 3 s, and costs no more time than that", async () => {
  const { handler, client, send } = serve((io) => {
    io.on("connection", () => {});
    io.of("/guarded").use(() => {});
  });
  await handler(client.connect(ENGINE_IO));
  const startedMs = performance.now();
  await send("40/guarded,", 20_000);
  expect(performance.now() - startedMs).toBeLessThan(6_000);
  expect(log.lines().filter((line) => line.includes("has not called next"))).toEqual([
    expect.stringContaining("a middleware of /guarded has not called next"),
  ]);
});

it("an ack that is called when its event is over is named with its place", async () => {
  const called = gate();
  const { clients } = await kit((io) => {
    io.on("connection", (socket) => {
      socket.on("later", (...args) => {
        setTimeout(() => {
          args.at(-1)("too late");
          called.open();
        }, 300);
      });
    });
  }, NO_TIMERS);
  const client = await clients.join();
  client.emit("later", () => {});
  await called.passed;
  expect(log.lines().filter((line) => line.includes("its event was over"))).toEqual([
    expect.stringMatching(
      /A callback used its socket when its event was over.* at .*given-up\.test\.ts:\d+:\d+\./,
    ),
  ]);
});

describe("a DeadlineError", () => {
  const running = (io: Server) => {
    io.on("connection", (socket) => socket.on("hang", () => new Promise(() => {})));
    io.of("/stuck").use(() => new Promise(() => {}));
  };
  const reported = () => log.lines().find((line) => line.startsWith("[deadline]"));

  it("names the event, the namespace, the connection and what is running", async () => {
    const { handler, client, send } = serve(running);
    await handler(client.connect(ENGINE_IO));
    await send("40", 5_000);
    await send('42["hang"]', 400);
    expect(reported()).toContain(
      `Still running when the time of the event "hang" of / on the connection ${client.connectionId} was up: the handler of "hang" of /. Make`,
    );
  });

  it("names a CONNECT whose middleware hangs", async () => {
    const { handler, client, send } = serve(running);
    await handler(client.connect(ENGINE_IO));
    await send("40/stuck,", 400);
    expect(reported()).toMatch(/the time of the CONNECT to \/stuck on .* was up: .*a middleware of \/stuck/);
  });

  it("names something where no handler runs, and a post hangs", async () => {
    const { handler, client, send, delivery } = serve((io) => {
      io.on("connection", (socket) => socket.on("say", () => void socket.emit("said")));
    });
    await handler(client.connect(ENGINE_IO));
    await send("40", 5_000);
    delivery.before = () => new Promise(() => {});
    await send('42["say"]', 400);
    expect(reported()).toMatch(
      /the time of the event "say" of \/ on .* was up: what it sends and saves\. Make/,
    );
  });
});
