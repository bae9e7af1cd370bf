/** The Lambda handler, called with API Gateway's events as Lambda calls it. */
import { Server, type ServerOptions } from "socket.io";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ENV } from "../../runtime/contract.js";
import type { SelfEvent } from "../../runtime/delivery/self-invocation.js";
import { AppError, DeadlineError, EnvironmentError } from "../../runtime/errors.js";
import { AfterResponse } from "../../runtime/events/after-response.js";
import type { GatewayEvent } from "../../runtime/events/invocation.js";
import { createHandlers, type HandlerContext } from "../../runtime/handlers.js";
import { type TestBackend, testBackends } from "../support/backend.js";
import { GatewayEvents } from "../support/gateway-events.js";

const makeBackend = testBackends();
const ENGINE_IO = { EIO: "4", transport: "websocket" };
const OK = { statusCode: 200 };

let logged: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  logged = vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

interface App extends TestBackend {
  readonly io: Server;
  handler(event: GatewayEvent | SelfEvent, context?: HandlerContext): Promise<object>;
  readonly client: GatewayEvents;
  /** What the client has got. */
  got(): (string | null)[];
  /** A plain client's handshake and greeting. */
  connectPlain(): Promise<void>;
}

function serve(
  app: (io: Server) => void,
  {
    io: options,
    change = {},
    keepSockets = false,
    afterResponse,
  }: {
    io?: Partial<ServerOptions>;
    change?: Partial<TestBackend["backend"]>;
    keepSockets?: boolean;
    afterResponse?: AfterResponse;
  } = {},
): App {
  const io = new Server(options);
  app(io);
  const world = makeBackend();
  const { handler } = createHandlers(io, {
    backend: () => ({ ...world.backend, ...change }),
    keepSockets,
    afterResponse,
  });
  const client = new GatewayEvents();
  return {
    ...world,
    io,
    handler,
    client,
    got: () => world.delivery.to(client.connectionId),
    async connectPlain() {
      expect(await handler(client.connect())).toEqual(OK);
      const open = world.selfEvents.at(-1);
      if (open) await handler(open);
    },
  };
}

const remaining = (ms: number): HandlerContext => ({ getRemainingTimeInMillis: () => ms });

describe("$connect", () => {
  it("stores the connection, asks for the greeting, and posts nothing: the connection is not open yet", async () => {
    const { handler, client, backend, delivery, selfEvents } = serve(() => {});
    expect(await handler(client.connect(ENGINE_IO, { Origin: "https://a.example" }))).toEqual(OK);
    expect(await backend.connections.load(client.connectionId)).toMatchObject({
      connectionId: client.connectionId,
      protocol: "engine.io",
      handshake: { address: "192.0.2.1", headers: { origin: "https://a.example" }, query: ENGINE_IO },
    });
    expect(selfEvents).toEqual([
      expect.objectContaining({ selfEvent: "open", engineId: client.connectionId }),
    ]);
    expect(delivery.sent).toEqual([]);
  });

  it("hides headers that are to be forgotten from all but allowRequest", async () => {
    vi.stubEnv(ENV.forgottenHeaders, "Cookie,authorization");
    const seen: unknown[] = [];
    const { handler, client, backend } = serve(() => {}, {
      io: {
        allowRequest: ({ headers }, decide) => {
          seen.push(headers.cookie);
          decide(null, true);
        },
      },
    });
    expect(await handler(client.connect(ENGINE_IO, { Cookie: "a=1", "User-Agent": "test" }))).toEqual(OK);
    vi.unstubAllEnvs();
    expect(seen).toEqual(["a=1"]);
    expect((await backend.connections.load(client.connectionId))?.handshake.headers).toEqual({
      "user-agent": "test",
    });
  });

  it("a refused one is answered with its status, told to connection_error, and not stored", async () => {
    const told = vi.fn();
    const { io, handler, client, backend, selfEvents } = serve(() => {}, {
      io: { allowRequest: (_request, decide) => decide("no", false) },
    });
    io.engine.on("connection_error", told);
    expect(await handler(client.connect(ENGINE_IO))).toEqual({
      statusCode: 403,
      body: '{"code":4,"message":"Forbidden"}',
    });
    expect(told).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 4, message: "Forbidden", context: { message: "no" } }),
    );
    expect(await backend.connections.load(client.connectionId)).toBeUndefined();
    expect(selfEvents).toEqual([]);
  });

  it("a table that fails is reported and refuses with 500", async () => {
    const { handler, client } = serve(() => {}, {
      change: { invokeSelf: () => Promise.reject(new Error("throttled")) },
    });
    expect(await handler(client.connect())).toEqual({ statusCode: 500 });
    expect(logged).toHaveBeenCalledWith(
      `[event] CONNECT of ${client.connectionId}:`,
      expect.objectContaining({ message: "throttled" }),
    );
  });

  it("without the construct's variables says which one is missing", async () => {
    const { handler } = createHandlers(new Server());
    expect(await handler(new GatewayEvents().connect())).toEqual({ statusCode: 500 });
    expect(logged).toHaveBeenCalledWith(expect.any(String), expect.any(EnvironmentError));
  });
});

describe("$connect where work may run after the response", () => {
  const invoked = { awsRequestId: "1", ...remaining(10_000) };
  const later = () => ({ afterResponse: new AfterResponse() });

  it("invokes nothing; the open packet follows the answer", async () => {
    const { handler, client, selfEvents, got } = serve(() => {}, later());
    expect(await handler(client.connect(ENGINE_IO), invoked)).toEqual(OK);
    expect(got()).toEqual([]);
    await vi.waitFor(() => expect(got()).toEqual([expect.stringMatching(/^0\{"sid":/)]));
    expect(selfEvents).toEqual([]);
  });

  it("connects a plain client to / behind the answer, once", async () => {
    const { handler, client, selfEvents, got } = serve(
      (io) => io.on("connection", (socket) => void socket.emit("hello")),
      later(),
    );
    await handler(client.connect(), invoked);
    await vi.waitFor(() => expect(got()).toHaveLength(2));
    expect(got().map((frame) => JSON.parse(String(frame)).event)).toEqual(["connect", "hello"]);
    expect(selfEvents).toEqual([]);
  });

  it("a greeting that fails is reported, and becomes an event that Lambda tries again", async () => {
    const { backend } = makeBackend();
    const claimGreeting = () => Promise.reject(new Error("no capacity"));
    const change = { connections: { ...backend.connections, claimGreeting } };
    const { handler, client, selfEvents } = serve(() => {}, { ...later(), change });
    expect(await handler(client.connect(), invoked)).toEqual(OK);
    await vi.waitFor(() => expect(selfEvents).toEqual([expect.objectContaining({ selfEvent: "open" })]));
    expect(logged).toHaveBeenCalledWith(
      `[event] the greeting of ${client.connectionId}:`,
      expect.objectContaining({ message: "no capacity" }),
    );
  });

  it("a refused one is not greeted", async () => {
    const { handler, client, selfEvents, delivery } = serve(() => {}, {
      ...later(),
      io: { allowRequest: (_request, decide) => decide("no", false) },
    });
    expect(await handler(client.connect(ENGINE_IO), invoked)).toMatchObject({ statusCode: 403 });
    expect([selfEvents, delivery.sent]).toEqual([[], []]);
  });

  it("is an event of its own where the caller names no request, as in a function that wraps the handler", async () => {
    const { handler, client, selfEvents } = serve(() => {}, later());
    await handler(client.connect(ENGINE_IO), remaining(10_000));
    expect(selfEvents).toEqual([expect.objectContaining({ selfEvent: "open" })]);
  });
});

describe("the greeting", () => {
  it("of an Engine.IO client is the open packet; a repeated one sends it again, which clients ignore", async () => {
    const { handler, client, selfEvents, got } = serve(() => {});
    await handler(client.connect(ENGINE_IO));
    const [open] = selfEvents as [SelfEvent];
    await handler(open);
    await handler(open);
    const [first, second, ...more] = got();
    expect(JSON.parse(String(first).slice(1))).toMatchObject({ sid: client.connectionId, upgrades: [] });
    expect([second, more]).toEqual([first, []]);
  });

  it("of a plain client connects it to /, once however often the event is repeated", async () => {
    const connected = vi.fn();
    const { handler, selfEvents, got, connectPlain } = serve((io) =>
      io.on("connection", (socket) => {
        connected(socket.id);
        socket.emit("hello");
      }),
    );
    await connectPlain();
    const [open] = selfEvents as [SelfEvent];
    await handler(open);
    expect(connected).toHaveBeenCalledOnce();
    expect(got().map((frame) => JSON.parse(String(frame)).event)).toEqual(["connect", "hello"]);
  });

  it("of a plain client comes with its first message, where the event for it never ran", async () => {
    const connected = vi.fn();
    const { handler, client, selfEvents, got } = serve((io) =>
      io.on("connection", (socket) => {
        connected();
        socket.on("add", (n, ack) => ack(n + 1));
      }),
    );
    await handler(client.connect());
    expect(await handler(client.message({ action: "add", data: 1, id: 1 }))).toEqual(OK);
    const frames = got().map((frame) => JSON.parse(String(frame)));
    expect(frames).toEqual([
      { event: "connect", data: [{ sid: expect.any(String) }] },
      { ack: 1, data: [2] },
    ]);
    await handler(selfEvents[0] as SelfEvent);
    expect(connected).toHaveBeenCalledOnce();
  });

  it("of a plain client is asked for again by the heartbeat, where the environment died that was at it", async () => {
    const { handler, client, selfEvents } = serve(() => {}, { io: { pingInterval: 60_000 } }); // one slot
    await handler(client.connect());
    const own = () =>
      selfEvents.filter((event) => "address" in event && event.address.connectionId === client.connectionId);
    await handler({ selfEvent: "heartbeat" });
    const [open, again] = own();
    expect(again).toEqual({ ...open, engineId: "" });
    await handler(again as SelfEvent);
    await handler({ selfEvent: "heartbeat" });
    expect(own()).toHaveLength(2);
  });

  it("is not given to a plain client that has left the namespace by itself", async () => {
    const { handler, client, selfEvents, got, connectPlain } = serve(() => {});
    await connectPlain();
    await handler(client.message({ action: "disconnect" }));
    const later = Date.now() + 50_000;
    vi.spyOn(Date, "now").mockReturnValue(later);
    await handler(selfEvents[0] as SelfEvent);
    await handler(client.message({ action: "say", id: 1 }));
    expect(JSON.parse(String(got().at(-1))).error.code).toBe("not_connected");
    expect(got().filter((frame) => String(frame).includes('"connect"'))).toHaveLength(1);
  });

  it("of a client that has left already does nothing", async () => {
    const { handler, client, selfEvents, got } = serve(() => {});
    await handler(client.connect());
    await handler(client.disconnect());
    const [open] = selfEvents as [SelfEvent];
    expect(await handler(open)).toEqual(OK);
    expect(got()).toEqual([]);
  });
});

describe("a message", () => {
  it("runs the listener in a new event of the socket, and posts its ack before it returns", async () => {
    const { handler, client, got, connectPlain } = serve((io) =>
      io.on("connection", (socket) => {
        socket.on("add", async (n, ack) => {
          socket.data.sum = (socket.data.sum ?? 0) + n;
          await new Promise(setImmediate);
          ack(socket.data.sum);
        });
      }),
    );
    await connectPlain();
    for (const n of [1, 2, 3]) {
      expect(await handler(client.message({ action: "add", data: n, id: n }))).toEqual(OK);
    }
    expect(got().slice(1)).toEqual([1, 3, 6].map((sum, i) => `{"ack":${i + 1},"data":[${sum}]}`));
  });

  it("of a connection that nobody knows closes it, so that its client comes again", async () => {
    const { handler, client, got } = serve(() => {});
    expect(await handler(client.message({ action: "say" }))).toEqual(OK);
    expect(got()).toEqual([null]);
  });

  it("whose handler throws is answered with 200, for anything else is a frame that cuts clients off", async () => {
    const { handler, client, connectPlain } = serve((io) =>
      io.on("connection", (socket) => {
        socket.on("fail", () => {
          throw new TypeError("in the handler");
        });
      }),
    );
    await connectPlain();
    expect(await handler(client.message({ action: "fail" }))).toEqual(OK);
    expect(logged).toHaveBeenCalledExactlyOnceWith(
      '[handler] the handler of "fail" of /:',
      expect.objectContaining({ message: "in the handler" }),
    );
  });

  it("whose work on the tables fails is reported, and answered with 200", async () => {
    const { backend } = makeBackend();
    const acks = { ...backend.acks, put: () => Promise.reject(new Error("no capacity")) };
    const { handler, client, connectPlain } = serve(() => {}, { change: { acks } });
    await connectPlain();
    expect(await handler(client.message({ ack: 5 }))).toEqual(OK);
    expect(logged).toHaveBeenCalledWith(
      expect.any(String),
      expect.objectContaining({ message: "no capacity" }),
    );
  });

  it("waits for an ack that a listener in the callback style gives after it has returned", async () => {
    const { handler, client, got, connectPlain } = serve((io) =>
      io.on("connection", (socket) => {
        socket.on("ask", (ack) => void setTimeout(() => ack("later"), 20));
      }),
    );
    await connectPlain();
    await handler(client.message({ action: "ask", id: 1 }));
    expect(got().at(-1)).toBe('{"ack":1,"data":["later"]}');
  });

  it("does not wait for an ack that the listener does not name", async () => {
    const { handler, client, got, connectPlain } = serve((io) =>
      io.on("connection", (socket) => {
        socket.on("ask", (..._args) => {});
      }),
    );
    await connectPlain();
    const seen = got().length;
    await handler(client.message({ action: "ask", id: 1 }), remaining(2_000));
    expect(got().slice(seen)).toEqual([]);
    expect(logged).not.toHaveBeenCalled();
  });

  it("that outlasts its time is reported by its event's name, answered, and what it set is saved", async () => {
    const { handler, client, backend, got, connectPlain } = serve((io) =>
      io.on("connection", (socket) => {
        socket.on("hang", async () => {
          socket.data.state = "hanging";
          socket.emit("begun");
          await new Promise(() => {});
        });
        socket.on("state", (ack) => ack(socket.data.state));
      }),
    );
    await connectPlain();
    expect(await handler(client.message({ action: "hang" }), remaining(400))).toEqual(OK);
    const [, error] = logged.mock.calls.at(-1) as [string, DeadlineError];
    expect(error).toBeInstanceOf(DeadlineError);
    expect(error.running).toEqual(['the handler of "hang" of /']);
    expect(got().at(-1)).toBe('{"event":"begun","data":[]}');
    expect((await backend.connections.load(client.connectionId))?.sessions.get("/")?.data.get("state")).toBe(
      '"hanging"',
    );
    await handler(client.message({ action: "state", id: 1 }));
    expect(got().at(-1)).toBe('{"ack":1,"data":["hanging"]}');
  });
});

describe("state in closures", () => {
  const counting = (io: Server) => {
    io.on("connection", (socket) => {
      let inClosure = 0;
      socket.data.count = 0;
      socket.on("count", (ack) => ack(++inClosure, ++socket.data.count));
    });
  };
  const countTwice = async ({ connectPlain, handler, client, got }: App) => {
    await connectPlain();
    for (const id of [1, 2]) await handler(client.message({ action: "count", id }));
    return got()
      .slice(-2)
      .map((frame) => JSON.parse(String(frame)).data);
  };

  it("starts again with each event, and socket.data does not", async () => {
    expect(await countTwice(serve(counting))).toEqual([
      [1, 1],
      [1, 2],
    ]);
  });

  it("stays where sockets are kept, as on one server", async () => {
    expect(await countTwice(serve(counting, { keepSockets: true }))).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });
});

describe("$disconnect", () => {
  function watched() {
    const ended = vi.fn();
    const app = serve((io) => {
      io.on("connection", (socket) => {
        socket.join("room");
        socket.on("disconnecting", (reason) => ended("disconnecting", reason, [...socket.rooms].length));
        socket.on("disconnect", (reason, description) => ended("disconnect", reason, description));
      });
    });
    return { ended, ...app };
  }

  it("runs the handlers with the reason, and removes the connection and its rooms", async () => {
    const { ended, handler, client, backend, connectPlain } = watched();
    await connectPlain();
    expect(await handler(client.disconnect(1006, ""))).toEqual(OK);
    expect(ended.mock.calls).toEqual([
      ["disconnecting", "transport close", 2],
      ["disconnect", "transport close", { code: 1006, reason: "" }],
    ]);
    expect(await backend.connections.load(client.connectionId)).toBeUndefined();
    for await (const page of backend.rooms.members("/", "room")) {
      expect(page.map(({ connectionId }) => connectionId)).not.toContain(client.connectionId);
    }
  });

  it("that comes late or twice runs no handler again", async () => {
    const { ended, handler, client, connectPlain } = watched();
    await connectPlain();
    await handler({ selfEvent: "gone", connectionId: client.connectionId });
    expect(ended).toHaveBeenCalledTimes(2);
    await handler(client.disconnect());
    await handler({ selfEvent: "gone", connectionId: client.connectionId });
    expect(ended).toHaveBeenCalledTimes(2);
  });

  // A version before this one called the event "disconnect"; some are under way while this one is deployed.
  it.each(["disconnect-socket", "disconnect"] as const)(
    "is what a %s of another event causes",
    async (selfEvent) => {
      const { ended, handler, client, backend, connectPlain } = watched();
      await connectPlain();
      const { connectionId } = client;
      const sid = (await backend.connections.load(connectionId))?.sessions.get("/")?.sid ?? "";
      await handler({ selfEvent, connectionId, namespace: "/", sid, close: true });
      expect(ended.mock.calls.map(([event, reason]) => [event, reason])).toEqual([
        ["disconnecting", "server namespace disconnect"],
        ["disconnect", "server namespace disconnect"],
      ]);
      expect(await backend.connections.load(connectionId)).toBeUndefined();
    },
  );

  it("and a post that meets a 410, at once, run the handlers once", async () => {
    const { ended, handler, client, connectPlain } = watched();
    await connectPlain();
    await Promise.all([
      handler(client.disconnect()),
      handler(client.disconnect()),
      handler({ selfEvent: "gone", connectionId: client.connectionId }),
    ]);
    expect(ended.mock.calls.map(([event]) => event)).toEqual(["disconnecting", "disconnect"]);
  });

  it("of a connection that was never there is fine", async () => {
    const { ended, handler, client } = watched();
    expect(await handler(client.disconnect())).toEqual(OK);
    expect(ended).not.toHaveBeenCalled();
    expect(logged).not.toHaveBeenCalled();
  });
});

describe("createHandlers", () => {
  it("serves a server once", () => {
    const io = new Server();
    createHandlers(io);
    expect(() => createHandlers(io)).toThrow(AppError);
  });

  it("what the function sends itself is rejected where it fails, so that Lambda tries again", async () => {
    const { backend } = makeBackend();
    const connections = { ...backend.connections, load: () => Promise.reject(new Error("no capacity")) };
    const { handler, client, selfEvents } = serve(() => {}, { change: { connections } });
    await handler(client.connect());
    await expect(handler(selfEvents[0] as SelfEvent)).rejects.toThrow("no capacity");
  });
});
