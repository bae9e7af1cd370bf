/** What runs again of the middlewares of a request, what that costs, and what is stored. */

import { ScanCommand } from "@aws-sdk/client-dynamodb";
import cookieParser from "cookie-parser";
import session from "express-session";
import { Server } from "socket.io";
import { afterEach, describe, expect, it, vi } from "vitest";
import { serveLocal } from "../../local/testing.js";
import { ENV } from "../../runtime/contract.js";
import { Clients, received } from "../support/clients.js";
import { logLines } from "../support/log-lines.js";
import { sdkOf } from "../support/sdk-of.js";

// biome-ignore lint/suspicious/noExplicitAny: what middlewares put on a request has no type there
type Loose = any;

const log = logLines();
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  vi.unstubAllEnvs();
});

async function serve(engine: (engine: Server["engine"]) => void, app: (io: Server) => void) {
  const io = new Server();
  app(io);
  const server = await serveLocal(io);
  engine(io.engine);
  const clients = new Clients(() => server);
  closers.push(
    () => server.close(),
    () => clients.close(),
  );
  const stored = async () => {
    const { connections } = server.tables;
    const { Items } = await sdkOf(server.tables).send(new ScanCommand({ TableName: connections }));
    return Items ?? [];
  };
  return { clients, stored };
}

class CountingStore extends session.MemoryStore {
  readonly calls: string[] = [];

  override get(id: string, done: (error: unknown, found?: session.SessionData | null) => void): void {
    this.calls.push("get");
    super.get(id, done);
  }

  override set(id: string, data: session.SessionData, done?: (error?: unknown) => void): void {
    this.calls.push("set");
    super.set(id, data, done);
  }

  override touch(id: string, data: session.SessionData, done?: () => void): void {
    this.calls.push("touch");
    super.touch(id, data, done);
  }

  take(): string[] {
    return this.calls.splice(0);
  }
}

const withStore = (store: session.Store, options: Partial<session.SessionOptions> = {}) =>
  session({ store, secret: "of these tests", resave: true, saveUninitialized: true, ...options });

const look = (io: Server) =>
  io.on("connection", (socket: Loose) => {
    socket.on("look", (ack: Loose) => ack(socket.request.session?.id ?? null));
  });

describe("a session middleware", () => {
  it("costs a read of its store an event, and saves nothing there", async () => {
    const store = new CountingStore();
    const { clients } = await serve((engine) => engine.use(withStore(store, { rolling: true })), look);
    const client = await clients.join();
    store.take();
    const id = await client.emitWithAck("look");
    expect(store.take()).toEqual(["get"]);
    expect(await client.emitWithAck("look")).toBe(id);
    expect(store.take()).toEqual(["get"]);
  });

  it("keeps the id of the session where the cookie is not stored", async () => {
    vi.stubEnv(ENV.forgottenHeaders, "cookie");
    const store = new CountingStore();
    const { clients, stored } = await serve((engine) => {
      engine.use(cookieParser("of these tests"));
      engine.use(withStore(store));
    }, look);
    const other = await clients.join();
    const id = await other.emitWithAck("look");
    const client = await clients.join("/", { extraHeaders: { cookie: "theme=dark" } });
    expect(await client.emitWithAck("look")).toBe(await client.emitWithAck("look"));
    expect(await other.emitWithAck("look")).toBe(id);
    expect(JSON.stringify(await stored())).not.toMatch(/dark|of these tests/);
  });

  it("has a warning where a listener changes the session and does not save it", async () => {
    const { clients } = await serve(
      (engine) => engine.use(withStore(new CountingStore())),
      (io) =>
        io.on("connection", (socket: Loose) => {
          const visit = () => {
            const { session } = socket.request;
            session.visits = (session.visits ?? 0) + 1;
            return session;
          };
          socket.on("save", (ack: Loose) => {
            const session = visit();
            session.save(() => ack(session.visits));
          });
          socket.on("forget", (ack: Loose) => ack(visit().visits));
        }),
    );
    const client = await clients.join();
    expect([await client.emitWithAck("save"), await client.emitWithAck("save")]).toEqual([1, 2]);
    expect(log.lines().filter((line) => line.includes("save"))).toEqual([]);
    expect([await client.emitWithAck("forget"), await client.emitWithAck("forget")]).toEqual([3, 3]);
    expect(await log.find(/not saved it/)).toContain("session.save()");
  });

  it("that fails in a later event is told once, and the event goes on", async () => {
    const store = new CountingStore();
    const { clients } = await serve((engine) => engine.use(withStore(store)), look);
    const client = await clients.join();
    vi.spyOn(store, "get").mockImplementation((_id, done) => done(new Error("the store is down")));
    for (const _ of [1, 2]) expect(await client.emitWithAck("look")).toBe(null);
    const lines = await log.find(/the store is down/);
    expect(lines).toContain("docs/sessions.md");
    expect(log.lines().filter((line) => line.includes("the store is down"))).toHaveLength(1);
  });
});

describe("middlewares that run again", () => {
  it("are those that have put something there that cannot be stored", async () => {
    const runs: string[] = [];
    const engine = (of: Server["engine"]) => {
      for (const [name, value] of Object.entries({
        plain: { a: 1 },
        special: new URL("a:b"),
        none: undefined,
      })) {
        of.use((request: Loose, _response: Loose, next: Loose) => {
          runs.push(name);
          if (value !== undefined) request[name] = value;
          next();
        });
      }
    };
    const { clients } = await serve(engine, (io) =>
      io.on("connection", (socket: Loose) => {
        const { special, plain } = socket.request;
        socket.on("look", (ack: Loose) => ack([special.href, plain, socket.request.special === special]));
      }),
    );
    const client = await clients.join();
    expect(runs.splice(0)).toEqual(["plain", "special", "none", "special"]);
    for (const _ of [1, 2]) expect(await client.emitWithAck("look")).toEqual(["a:b", { a: 1 }, true]);
    expect(runs).toEqual(["special", "special"]);
  });

  it("do not change what a listener has set since", async () => {
    const { clients } = await serve(
      (engine) =>
        engine.use((request: Loose, _response: Loose, next: Loose) => {
          request.tools = new Map([["now", () => 1]]);
          request.visits = 0;
          next();
        }),
      (io) =>
        io.on("connection", (socket: Loose) => {
          socket.on("visit", (ack: Loose) => ack(++socket.request.visits));
        }),
    );
    const client = await clients.join();
    expect([await client.emitWithAck("visit"), await client.emitWithAck("visit")]).toEqual([1, 2]);
  });

  it("send nothing", async () => {
    const { clients } = await serve(
      () => {},
      (io) => {
        io.use((socket: Loose, next) => {
          socket.request.tools = new Map([["now", () => 1]]);
          socket.emit("from a middleware");
          io.emit("to all");
          next();
        });
        io.on("connection", (socket) => {
          socket.on("look", (ack) => ack());
        });
      },
    );
    const heard: string[] = [];
    const client = clients.make();
    client.onAny((event) => heard.push(event));
    client.connect();
    await received(client, "connect");
    for (const _ of [1, 2, 3]) await client.emitWithAck("look");
    expect(heard.filter((event) => event === "from a middleware").length).toBeLessThanOrEqual(1);
    expect(heard.filter((event) => event === "to all").length).toBeLessThanOrEqual(1);
  });

  it("are waited for no longer than 3 s where one does not go on", { timeout: 15_000 }, async () => {
    let runs = 0;
    const { clients } = await serve(
      (engine) =>
        engine.use((request: Loose, _response: Loose, next: Loose) => {
          request.tools = new Map([["now", () => 1]]);
          if (++runs === 1) next();
        }),
      (io) =>
        io.on("connection", (socket: Loose) => {
          socket.on("look", (ack: Loose) => ack(typeof socket.request.tools));
        }),
    );
    const client = await clients.join();
    expect(await client.emitWithAck("look")).toBe("object");
    expect(await log.find(/next has not been called within 3000 ms/)).toContain("io.engine.use()");
  });
});

describe("what a middleware of io.engine.use() keeps for itself", () => {
  it("is neither stored nor warned of, and an app that puts plain data there runs nothing again", async () => {
    let runs = 0;
    const { clients, stored } = await serve(
      (engine) =>
        engine.use((request: Loose, _response: Loose, next: Loose) => {
          runs++;
          request._parsed = new URL("a:b");
          request.user = { id: 7 };
          next();
        }),
      (io) =>
        io.on("connection", (socket: Loose) => {
          socket.on("look", (ack: Loose) => ack(socket.request.user));
        }),
    );
    const client = await clients.join();
    expect(await client.emitWithAck("look")).toEqual({ id: 7 });
    expect(runs).toBe(1);
    const names = (await stored()).flatMap((item) => Object.keys(item));
    expect(names.filter((name) => name.startsWith("shared "))).toEqual(["shared request.user"]);
    expect(log.lines()).toEqual([]);
  });
});
