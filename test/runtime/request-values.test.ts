/** What request-time code puts on the objects of a connection, beyond what the contract says of it. */

import { EventEmitter, once } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CostRecorder } from "../costs/cost-recorder.js";
import { received } from "../support/clients.js";
import { kit } from "../support/kit.js";
import { sdkOf } from "../support/sdk-of.js";

// biome-ignore lint/suspicious/noExplicitAny: what apps put on a socket has no type there
type Loose = any;

let warnings: string[];
beforeEach(() => {
  warnings = [];
  vi.spyOn(console, "warn").mockImplementation((text) => void warnings.push(String(text)));
});
afterEach(() => vi.restoreAllMocks());

const PASSPORTS = ["logIn", "login", "logOut", "logout", "isAuthenticated", "isUnauthenticated"];

const naming = (key: string) => warnings.filter((text) => text.includes(`"${key}"`));

describe("socket.request", () => {
  it("keeps what allowRequest put there", async () => {
    const { clients } = await kit(
      (io) => {
        io.on("connection", (socket: Loose) => {
          socket.on("who", (ack: Loose) => ack(socket.request.user, socket.request.headers["x-real-ip"]));
        });
      },
      {
        io: {
          allowRequest: (request: Loose, decide) => {
            request.user = { id: 7 };
            request.headers["x-real-ip"] = "192.0.2.7";
            decide(null, true);
          },
        },
      },
    );
    const client = await clients.join();
    for (const _ of [1, 2]) {
      const answer = await new Promise((resolve) => client.emit("who", (...all: unknown[]) => resolve(all)));
      expect(answer).toEqual([{ id: 7 }, "192.0.2.7"]);
    }
  });

  it.each([
    ["", []],
    ["and joined a room", ["tea"]],
  ])("keeps what a handler put there whose namespace its client left meanwhile %s", async (_, joined) => {
    const app = new EventEmitter();
    const { clients, server } = await kit((io) => {
      io.of("/admin").on("connection", (socket: Loose) => {
        socket.on("slow", async () => {
          app.emit("began");
          await new Promise((resolve) => app.once("go on", resolve));
          socket.request.user = "ann";
          for (const room of joined) socket.join(room);
        });
        socket.on("disconnect", () => app.emit("left"));
      });
      io.on("connection", (socket: Loose) => socket.on("who", (ack: Loose) => ack(socket.request.user)));
    });
    const root = await clients.join();
    const admin = root.io.socket("/admin");
    const connected = received(admin, "connect");
    admin.connect();
    await connected;
    const [began, left] = [once(app, "began"), once(app, "left")];
    admin.emit("slow");
    await began;
    admin.disconnect();
    await left;
    app.emit("go on");
    await server.settled();
    expect(await root.emitWithAck("who")).toBe("ann");
  });

  it("keeps what a middleware put there that refused the client, for its next CONNECT", async () => {
    const { clients } = await kit((io) => {
      io.of("/guarded").use((socket: Loose, next) => {
        socket.request.tries = (socket.request.tries ?? 0) + 1;
        next(socket.request.tries < 3 ? new Error(`try ${socket.request.tries}`) : undefined);
      });
    });
    const client = (await clients.join()).io.socket("/guarded"); // the connection stays open for "/"
    const tryIt = async () => {
      const refused = received(client, "connect_error");
      client.connect();
      return ((await refused)[0] as Error).message;
    };
    expect([await tryIt(), await tryIt()]).toEqual(["try 1", "try 2"]);
    const connected = received(client, "connect");
    client.connect();
    await connected;
  });

  it("has a session middleware's objects and functions in later events", async () => {
    class Session {
      cookie = {};
      isNew() {
        return true;
      }
    }
    let runs = 0;
    const { clients } = await kit((io) => {
      io.use((_socket: Loose, next) => {
        runs++;
        next();
      });
      io.use((socket: Loose, next) => {
        socket.request.session = new Session();
        socket.request.isAuthenticated = () => "yes";
        socket.request.userId = 7;
        next();
      });
      io.on("connection", (socket: Loose) => {
        const atFirst = socket.request.session.isNew();
        socket.on("look", (ack: Loose) => {
          const { session, userId, isAuthenticated } = socket.request;
          ack([atFirst, session.isNew(), userId, isAuthenticated()]);
        });
      });
    });
    const client = await clients.join();
    for (const _ of [1, 2]) expect(await client.emitWithAck("look")).toEqual([true, true, 7, "yes"]);
    expect(runs).toBe(1); // it has put nothing there
    expect(warnings).toEqual([]);
  });

  it("names functions of a middleware in one warning, but for passport's, which no app can change", async () => {
    const { clients } = await kit((io) => {
      io.use((socket: Loose, next) => {
        socket.request.user = { id: 7 };
        socket.request._manager = new EventEmitter();
        for (const name of ["can", "may", ...PASSPORTS]) socket.request[name] = () => {};
        next();
      });
      io.on("connection", (socket: Loose) => {
        socket.on("look", (ack: Loose) => ack([socket.request.user.id, typeof socket.request.can]));
      });
    });
    const client = await clients.join();
    for (const _ of [1, 2]) expect(await client.emitWithAck("look")).toEqual([7, "undefined"]);
    expect(warnings).toEqual([
      expect.stringMatching(/"socket\.request\.can", "socket\.request\.may" cannot be stored/),
    ]);
  });

  it("warns of functions on a socket where they are lost, and not of those that the connection handler sets", async () => {
    const { clients } = await kit((io) => {
      io.use((socket: Loose, next) => {
        socket.ofMiddleware = () => {};
        next();
      });
      io.on("connection", (socket: Loose) => {
        const { emit } = socket;
        socket.emit = (...args: unknown[]) => emit.apply(socket, args);
        socket.ofHandler = () => "here";
        socket.data.ofHandler = () => {};
        socket.count = 1;
        socket.on("set", (ack: Loose) => {
          socket.ofListener = () => {};
          socket.count += 1;
          ack();
        });
        socket.on("look", (ack: Loose) => ack([socket.ofHandler(), socket.count]));
      });
    });
    const client = await clients.join();
    await client.emitWithAck("set");
    await client.emitWithAck("set");
    expect(await client.emitWithAck("look")).toEqual(["here", 3]);
    const [ofMiddleware, ofListener, ...others] = warnings.filter((text) => text.includes('"socket.'));
    expect([ofMiddleware, ofListener, others]).toEqual([
      expect.stringContaining('"socket.ofMiddleware"'),
      expect.stringContaining('"socket.ofListener"'),
      [],
    ]);
  });

  it("does not take what a replayed connection handler sets for a change", async () => {
    let runs = 0;
    const { clients } = await kit((io) => {
      io.on("connection", (socket: Loose) => {
        socket.request.run = ++runs;
        socket.handshake.run = runs;
        socket.conn.run = runs;
        socket.client.run = runs;
        socket.on("look", (ack: Loose) =>
          ack([socket.request.run, socket.handshake.run, socket.conn.run, socket.client.run]),
        );
      });
    });
    const client = await clients.join();
    for (const _ of [1, 2]) expect(await client.emitWithAck("look")).toEqual([1, 1, 1, 1]);
    expect(runs).toBe(3);
  });

  it("has what a getter gave, and survives one that throws", async () => {
    const { clients } = await kit((io) => {
      io.use((socket: Loose, next) => {
        Object.defineProperty(socket.request, "role", { get: () => "guest", enumerable: true });
        Object.defineProperty(socket.request, "broken", {
          enumerable: true,
          get: () => {
            throw new Error("not now");
          },
        });
        next();
      });
      io.on("connection", (socket: Loose) => {
        socket.on("look", (ack: Loose) => ack(socket.request.role));
      });
    });
    const client = await clients.join();
    for (const _ of [1, 2]) expect(await client.emitWithAck("look")).toBe("guest");
    expect(naming("socket.request.broken")).toHaveLength(1);
  });

  it("takes concurrent changes of two namespaces, key by key", async () => {
    const app = (namespace: Loose) =>
      namespace.on("connection", (socket: Loose) => {
        socket.on("set", (key: string, value: unknown, ack: Loose) => {
          socket.request[key] = value;
          ack();
        });
        socket.on("get", (key: string, ack: Loose) => ack(socket.request[key] ?? null));
      });
    const { clients } = await kit((io) => {
      app(io.of("/a"));
      app(io.of("/b"));
    });
    const a = await clients.join("/a");
    const b = a.io.socket("/b");
    b.connect();
    await received(b as Loose, "connect");
    const keys = Array.from({ length: 8 }, (_, n) => `key ${n}`);
    await Promise.all(keys.map((key, n) => (n % 2 ? a : b).emitWithAck("set", key, n)));
    for (const [n, key] of keys.entries()) expect(await (n % 2 ? b : a).emitWithAck("get", key)).toBe(n);
  });

  it("keeps keys that every object inherits", async () => {
    const { clients } = await kit((io) => {
      io.use((socket: Loose, next) => {
        for (const key of ["__proto__", "constructor", ""]) {
          for (const target of [socket.request, socket.handshake, socket]) {
            const value = { isAdmin: true };
            Object.defineProperty(target, key, {
              value,
              enumerable: true,
              configurable: true,
              writable: true,
            });
          }
        }
        next();
      });
      io.on("connection", (socket: Loose) => {
        socket.on("look", (ack: Loose) =>
          ack(
            [socket.request, socket.handshake, socket].map((target) => [
              target.isAdmin ?? null,
              ["__proto__", "constructor", ""].every((key) => Object.hasOwn(target, key)),
            ]),
          ),
        );
      });
    });
    const client = await clients.join();
    for (const _ of [1, 2]) {
      expect(await client.emitWithAck("look")).toEqual([
        [null, true],
        [null, true],
        [null, true],
      ]);
    }
  });
});

describe("socket.conn", () => {
  it("keeps what io.engine's own listeners put there at first", async () => {
    let runs = 0;
    let engine: Loose;
    const { clients } = await kit((io) => {
      engine = () => io.engine;
      io.on("connection", (socket: Loose) => {
        socket.on("look", (ack: Loose) => ack([socket.conn.run, socket.request.run]));
      });
    });
    engine().on("connection", (conn: Loose) => {
      conn.run = ++runs;
      conn.request.run = runs;
    });
    const client = await clients.join();
    const first = await client.emitWithAck("look");
    for (const _ of [1, 2]) expect(await client.emitWithAck("look")).toEqual(first);
    expect(runs).toBeGreaterThan(2);
  });
});

describe("a query", () => {
  it("keeps keys that every object inherits", async () => {
    const { clients } = await kit((io) => {
      io.on("connection", (socket: Loose) => {
        socket.on("look", (ack: Loose) => {
          const { query } = socket.handshake;
          ack([query.isAdmin ?? null, Object.hasOwn(query, "__proto__"), query.constructor]);
        });
      });
    });
    const frames = await clients.frames("?EIO=4&transport=websocket&__proto__=isAdmin&constructor=mine");
    await frames.next();
    frames.send("40");
    await frames.next();
    for (const _ of [1, 2]) {
      frames.send('421["look"]');
      expect(await frames.next()).toBe('431[[null,true,"mine"]]');
    }
  });
});

describe("a connection whose app adds nothing", () => {
  it("stores nothing for it, and one that adds something pays no write more to connect", async () => {
    const { clients, server } = await kit((io) => {
      io.of("/marked").use((socket: Loose, next) => {
        socket.request.user = 1;
        socket.handshake.session = 2;
        next();
      });
      io.on("connection", () => {});
    });
    const costs = new CostRecorder(server);
    const plain = await costs.of(() => clients.join());
    const marked = await costs.of(() => clients.join("/marked"));
    costs.close();
    expect(marked).toEqual(plain);
    const { ScanCommand } = await import("@aws-sdk/client-dynamodb");
    const { Items = [] } = await sdkOf(server.tables).send(
      new ScanCommand({ TableName: server.tables.connections }),
    );
    const names = Items.map((item) => Object.keys(item).filter((name) => name.startsWith("shared ")));
    expect(names.flat()).toEqual(["shared request.user"]);
    expect(Items.map((item) => item["properties /"]?.M ?? {})).toContainEqual({});
  });
});

describe("fetchSockets", () => {
  it("shows what was added to handshakes, and any socket.data", async () => {
    const left = new EventEmitter();
    const { clients } = await kit((io) => {
      io.use((socket: Loose, next) => {
        socket.handshake.session = { cart: 3 };
        socket.data = ["any", { thing: 1 }];
        next();
      });
      io.on("connection", (socket: Loose) => {
        socket.on("all", async (ack: Loose) => {
          const sockets = await io.fetchSockets();
          ack(sockets.map(({ handshake, data }: Loose) => [handshake.session, data]));
        });
        socket.on("disconnect", () => left.emit("left"));
      });
    });
    await clients.join();
    const client = await clients.join();
    const expected = [{ cart: 3 }, ["any", { thing: 1 }]];
    expect(await client.emitWithAck("all")).toEqual([expected, expected]);
  });
});
