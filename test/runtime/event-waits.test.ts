/** How many events of one client wait at once for what it, or a handler, may never give. */
import { Server } from "socket.io";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WaitLimitError } from "../../runtime/errors.js";
import { createHandlers, type Handlers } from "../../runtime/handlers.js";
import { testBackends } from "../support/backend.js";
import { GatewayEvents } from "../support/gateway-events.js";
import { orderedServers, queued, queuedAnswer, queueEvent } from "../support/queued.js";

const makeBackend = testBackends();
const serveOrdered = orderedServers();

const LIMIT = 2;

let logged: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  logged = vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => logged.mockRestore());

const limitsLogged = () =>
  logged.mock.calls.filter(([, error]: readonly unknown[]) => error instanceof WaitLimitError).length;

const asking = (io: Server) => {
  io.on("connection", (socket) => {
    socket.on("ask me", async () => void (await socket.emitWithAck("question")));
    socket.on("ask me quietly", () => void socket.emit("question", () => {}));
    socket.on("ask all", async () => void (await io.to(socket.id).timeout(20_000).emitWithAck("question")));
    socket.on("try", async (ack) => ack(await socket.emitWithAck("question").catch(({ name }) => name)));
    socket.on("try all", async (ack) =>
      ack(
        await io
          .timeout(20_000)
          .emitWithAck("q")
          .catch(({ name }) => name),
      ),
    );
    socket.on("say", (_text) => {});
  });
};

function serve() {
  const io = new Server();
  asking(io);
  const { backend, delivery } = makeBackend();
  const { handler }: Handlers = createHandlers(io, { backend: () => backend, maxWaitingEvents: LIMIT });
  const framesOf = (client: GatewayEvents) => delivery.to(client.connectionId).map(String);
  return {
    backend,
    delivery,
    handler,
    framesOf,
    async connected(): Promise<GatewayEvents> {
      const client = new GatewayEvents();
      await handler(client.connect({ EIO: "4", transport: "websocket" }));
      await handler(client.message("40"));
      return client;
    },
    /** Answers all questions that the client was asked so far. */
    async answer(client: GatewayEvents): Promise<void> {
      for (const frame of framesOf(client)) {
        const [, id] = frame.match(/^42(\d+)\["question"/) ?? [];
        if (id !== undefined) await handler(client.message(`43${id}[]`));
      }
    },
  };
}

/** Resolves when so many of the events are over, with how many are. */
async function over(events: readonly Promise<unknown>[], count: number): Promise<() => number> {
  let ended = 0;
  await new Promise<void>((resolve) => {
    for (const event of events) {
      void event.then(() => {
        ended++;
        if (ended === count) resolve();
      });
    }
  });
  return () => ended;
}

describe("events that wait for an ack of their client", () => {
  it.each(["ask me", "ask me quietly", "ask all"])(
    "%s: wait in small number, and the others end",
    async (what) => {
      const { handler, connected, answer, backend } = serve();
      const client = await connected();
      const events = Array.from({ length: 5 }, () => handler(client.message(`42["${what}"]`)));
      const ended = await over(events, 5 - LIMIT);
      expect(ended()).toBe(5 - LIMIT);
      expect(limitsLogged()).toBe(5 - LIMIT);
      expect((await backend.connections.load(client.connectionId))?.waiting?.size).toBe(LIMIT);
      await answer(client);
      await Promise.all(events);
      expect((await backend.connections.load(client.connectionId))?.waiting?.size).toBe(0);
    },
  );

  it("make the next ask nothing, and say why, until they are over", async () => {
    const { handler, connected, answer, framesOf } = serve();
    const [client, other] = [await connected(), await connected()];
    const waiting = Array.from({ length: LIMIT + 1 }, () => handler(client.message('42["ask me"]')));
    await over(waiting, 1);
    const before = framesOf(client).length;
    await handler(client.message('421["try"]'));
    await handler(client.message('422["try all"]'));
    expect(framesOf(client).slice(before)).toEqual(['431["WaitLimitError"]', '432["WaitLimitError"]']);

    const elsewhere = handler(other.message('421["try"]'));
    await vi.waitFor(() => expect(framesOf(other).at(-1)).toContain("question"));
    await answer(other);
    await elsewhere;
    expect(framesOf(other).at(-1)).toBe("431[null]");

    await answer(client);
    await Promise.all(waiting);
    const again = handler(client.message('423["try"]'));
    await vi.waitFor(() => expect(framesOf(client).at(-1)).toContain("question"));
    await answer(client);
    await again;
    expect(framesOf(client).at(-1)).toBe("433[null]");
  });

  it("cost no write where the ack comes soon", async () => {
    const { handler, connected, answer, backend, framesOf } = serve();
    const noted = vi.spyOn(backend.connections, "noteWaiting");
    const client = await connected();
    const event = handler(client.message('421["try"]'));
    await vi.waitFor(() => expect(framesOf(client).at(-1)).toContain("question"));
    await answer(client);
    await event;
    expect(noted).not.toHaveBeenCalled();
    noted.mockRestore();
  });

  it("of an environment that has died count no longer than it may have lived", async () => {
    const { handler, connected, backend, framesOf } = serve();
    const client = await connected();
    for (const note of ["a", "b", "c"]) {
      await backend.connections.noteWaiting(client.connectionId, `${Date.now() - 1} ${note}`);
    }
    const event = handler(client.message('421["try"]'));
    await vi.waitFor(() => expect(framesOf(client).at(-1)).toContain("question"));
    const [, id] =
      framesOf(client)
        .at(-1)
        ?.match(/^42(\d+)/) ?? [];
    await handler(client.message(`43${id}[]`));
    await event;
  });

  it("are not counted in ordered mode, where a client has one event at a time", async () => {
    const { handler, engineIo, framesOf, backend } = serveOrdered(asking);
    const noted = vi.spyOn(backend.connections, "noteWaiting");
    const client = await engineIo();
    await handler(queueEvent(queued(client.message("40"))));
    const event = handler(queueEvent(queued(client.message('421["try"]'))));
    // Past the half second after which a wait is noted.
    await new Promise((resolve) => setTimeout(resolve, 900));
    const [, id] =
      framesOf(client)
        .at(-1)
        ?.match(/^42(\d+)/) ?? [];
    await handler(queueEvent(queuedAnswer(client.message(`43${id}[]`))));
    await event;
    expect(noted).not.toHaveBeenCalled();
    noted.mockRestore();
  });
});

describe("events that wait for an ack that their handler does not give", () => {
  it("wait in small number, and the others end", async () => {
    const { handler, connected } = serve();
    const client = await connected();
    const startMs = performance.now();
    const events = Array.from({ length: 6 }, () => handler(client.message('421["say"]')));
    const ended = await over(events, 6 - LIMIT);
    expect(ended()).toBe(6 - LIMIT);
    // Two wait: an event that comes now is told so by the connection's item, and is over
    // long before they are.
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    await handler(client.message('421["say"]'));
    expect(ended()).toBe(6 - LIMIT);
    expect(warned).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining("2 events of this client wait already"),
    );
    warned.mockRestore();
    await Promise.all(events);
    expect(performance.now() - startMs).toBeGreaterThan(2_900); // the two have had their 3 s
  });
});

describe("a client that connects again and again to a namespace that it is in", () => {
  it("is closed before it has made many events wait", async () => {
    const { handler, connected, backend, framesOf } = serve();
    const client = await connected();
    const loaded = vi.spyOn(backend.connections, "load");
    await Promise.all(Array.from({ length: 30 }, () => handler(client.message("40"))));
    expect(framesOf(client).at(-1)).toBe("null");
    // Each finds its connection, and looks once or twice: each would look seven times in its second.
    expect(loaded.mock.calls.length).toBeLessThan(30 * 4);
    loaded.mockRestore();
  });
});
