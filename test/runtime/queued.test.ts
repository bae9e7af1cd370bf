/** Ordered mode: the Lambda handler, called with batches of the queue as Lambda calls it. */
import { setTimeout as delay } from "node:timers/promises";
import type { Server } from "socket.io";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DeadlineError, NoTimeLeftError } from "../../runtime/errors.js";
import type { HandlerContext } from "../../runtime/handlers.js";
import { GatewayEvents } from "../support/gateway-events.js";
import { orderedServers, queued, queueEvent, recordOf } from "../support/queued.js";
import { gate } from "../support/recording-delivery.js";

const serve = orderedServers();
const ALL_DONE = { batchItemFailures: [] };

let logged: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  logged = vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => logged.mockRestore());

const remaining = (ms: number): HandlerContext => ({ getRemainingTimeInMillis: () => ms });

/** Listens to "work", and keeps who has begun and ended what. */
function working(during: (name: string) => Promise<unknown> | undefined) {
  const seen: string[] = [];
  const app = (io: Server) => {
    io.on("connection", (socket) => {
      socket.on("work", async (name: string) => {
        seen.push(`${name} begins`);
        await during(name);
        seen.push(`${name} ends`);
      });
    });
  };
  return { seen, app };
}

const work = (client: GatewayEvents, name: string) => queued(client.message({ action: "work", data: name }));

describe("a batch", () => {
  it("runs the records of one group one after another, however long each takes", async () => {
    const { seen, app } = working((name) => delay(name === "1" ? 60 : name === "2" ? 20 : 0));
    const { handler, plain } = serve(app);
    const client = await plain();
    const batch = queueEvent(work(client, "1"), work(client, "2"), work(client, "3"));
    expect(await handler(batch)).toEqual(ALL_DONE);
    expect(seen).toEqual(["1 begins", "1 ends", "2 begins", "2 ends", "3 begins", "3 ends"]);
  });

  it("runs groups side by side", async () => {
    const other = gate();
    const { seen, app } = working((name) => {
      if (name === "a") return other.passed;
      other.open();
      return undefined;
    });
    const { handler, plain } = serve(app);
    const [a, b] = [await plain(), await plain()];
    expect(await handler(queueEvent(work(a, "a"), work(b, "b")))).toEqual(ALL_DONE);
    expect(seen.slice(0, 2)).toEqual(["a begins", "b begins"]);
  });

  it("gives back the record that failed and those behind it in its group, and no other group's", async () => {
    const { seen, app } = working(() => undefined);
    const { handler, plain } = serve(app);
    const [a, b] = [await plain(), await plain()];
    const broken = recordOf(a.connectionId, "no JSON");
    const [before, behind, last] = [work(a, "a1"), work(a, "a2"), work(a, "a3")];
    const batch = queueEvent(before, broken, work(b, "b1"), behind, work(b, "b2"), last);
    expect(await handler(batch)).toEqual({
      batchItemFailures: [broken, behind, last].map(({ messageId }) => ({ itemIdentifier: messageId })),
    });
    expect(seen.filter((what) => what.endsWith("begins")).sort()).toEqual([
      "a1 begins",
      "b1 begins",
      "b2 begins",
    ]);
    expect(logged).toHaveBeenCalledExactlyOnceWith(
      `[event] the queued ${broken.messageId} of ${a.connectionId}:`,
      expect.any(SyntaxError),
    );
  });

  it("is done where handlers throw: they would throw again", async () => {
    const { handler, plain } = serve((io) => {
      io.on("connection", (socket) => {
        socket.on("work", () => {
          throw new TypeError("in the handler");
        });
      });
    });
    const client = await plain();
    expect(await handler(queueEvent(work(client, "1")))).toEqual(ALL_DONE);
    expect(logged).toHaveBeenCalledExactlyOnceWith(
      '[handler] the handler of "work" of /:',
      expect.objectContaining({ message: "in the handler" }),
    );
  });

  it("is shared out in time: a record that never ends is reported, and the next one runs", async () => {
    const { seen, app } = working((name) => (name === "1" ? new Promise(() => {}) : undefined));
    const { handler, plain } = serve(app);
    const client = await plain();
    const batch = queueEvent(work(client, "1"), work(client, "2"));
    expect(await handler(batch, remaining(800))).toEqual(ALL_DONE);
    expect(seen).toEqual(["1 begins", "2 begins", "2 ends"]);
    expect(logged).toHaveBeenCalledExactlyOnceWith("[deadline]", expect.any(DeadlineError));
  });

  it("is not begun without time for it, and comes again", async () => {
    const { seen, app } = working(() => undefined);
    const { handler, plain } = serve(app);
    const client = await plain();
    const records = [work(client, "1"), work(client, "2")];
    expect((await handler(queueEvent(...records), remaining(100))).batchItemFailures).toHaveLength(2);
    expect(seen).toEqual([]);
    expect(logged).toHaveBeenCalledExactlyOnceWith(expect.any(String), expect.any(NoTimeLeftError));
  });
});

describe("a table that fails before the handlers run", () => {
  /** The first `failures` reads of a connection fail. */
  function failing(failures: number) {
    let left = 0;
    const { seen, app } = working(() => undefined);
    const server = serve(app, {
      change: ({ connections }) => ({
        connections: {
          ...connections,
          load: async (id) => {
            if (left-- > 0) throw new Error("throttled");
            return connections.load(id);
          },
        },
      }),
    });
    const start = async () => {
      const client = await server.plain();
      left = failures;
      return client;
    };
    return { seen, handler: server.handler, start };
  }

  it("is tried again here, for the queue would let the client wait for minutes", async () => {
    const { seen, handler, start } = failing(2);
    const client = await start();
    expect(await handler(queueEvent(work(client, "1")))).toEqual(ALL_DONE);
    expect(seen).toEqual(["1 begins", "1 ends"]);
    expect(logged).not.toHaveBeenCalled();
  });

  it("makes the record come again where it goes on failing", async () => {
    const { seen, handler, start } = failing(Number.POSITIVE_INFINITY);
    const client = await start();
    const record = work(client, "1");
    expect(await handler(queueEvent(record))).toEqual({
      batchItemFailures: [{ itemIdentifier: record.messageId }],
    });
    expect(seen).toEqual([]);
    expect(logged).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining(record.messageId),
      expect.objectContaining({ message: "throttled" }),
    );
  });
});

describe("$disconnect", () => {
  it("that went through the queue runs the handlers once, without a close code", async () => {
    const ended = vi.fn();
    const { handler, plain, backend } = serve((io) => {
      io.on("connection", (socket) => socket.on("disconnect", ended));
    });
    const client = await plain();
    const record = queued(client.disconnect());
    expect(await handler(queueEvent(record))).toEqual(ALL_DONE);
    expect(await handler(queueEvent(record))).toEqual(ALL_DONE);
    expect(ended).toHaveBeenCalledExactlyOnceWith("transport close", { code: undefined, reason: undefined });
    expect(await backend.connections.load(client.connectionId)).toBeUndefined();
  });
});

describe("a connection that is found gone", () => {
  it("is left to its queue, where messages of it may wait, until $disconnect or the heartbeat comes", async () => {
    const ended = vi.fn();
    const { handler, plain, backend } = serve((io) => {
      io.on("connection", (socket) => socket.on("disconnect", ended));
    });
    const client = await plain();
    const { connectionId } = client;
    await handler({ selfEvent: "gone", connectionId });
    expect(ended).not.toHaveBeenCalled();
    expect(await backend.connections.load(connectionId)).toBeDefined();
    await handler({ selfEvent: "gone", connectionId, noticedBy: "heartbeat" });
    expect(ended).toHaveBeenCalledOnce();
    await handler({ selfEvent: "gone", connectionId });
    await handler(queueEvent(queued(client.disconnect())));
    expect(ended).toHaveBeenCalledOnce();
  });
});

describe("a plain client's first message", () => {
  it("that overtakes its greeting waits for it", async () => {
    const { seen, app } = working(() => undefined);
    const { handler, selfEvents } = serve(app);
    const client = new GatewayEvents();
    await handler(client.connect());
    const handled = handler(queueEvent(work(client, "1")));
    const [open] = selfEvents;
    if (open) await handler(open);
    expect(await handled).toEqual(ALL_DONE);
    expect(seen).toEqual(["1 begins", "1 ends"]);
  });
});
