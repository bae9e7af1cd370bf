/**
 * Callbacks whose async context is not that of the event they belong to: of queues, of
 * connections of drivers.
 */
import { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Server, Socket } from "socket.io";
import { describe, expect, it, vi } from "vitest";
import { Heard } from "../support/heard.js";
import { kit } from "../support/kit.js";

/** Runs jobs one after another, as embedded databases do. */
function serialQueue() {
  const jobs: (() => void)[] = [];
  let busy = false;
  return (job: () => void) => {
    jobs.push(job);
    if (busy) return;
    busy = true;
    const next = () => {
      const one = jobs.shift();
      if (!one) {
        busy = false;
        return;
      }
      setTimeout(() => {
        one();
        next();
      }, 5);
    };
    next();
  };
}

/** The same with an async loop. */
function serialLoop() {
  const jobs: (() => void)[] = [];
  let busy = false;
  return async (job: () => void) => {
    jobs.push(job);
    if (busy) return;
    busy = true;
    for (let one = jobs.shift(); one; one = jobs.shift()) {
      await delay(5);
      one();
    }
    busy = false;
  };
}

/** Answers on one connection, which the first query opens. */
function driver(open: "at load" | "at first use") {
  const waiting: (() => void)[] = [];
  let line: NodeJS.Timeout | undefined;
  const connect = () => {
    if (line) return;
    line = setInterval(() => {
      for (const done of waiting.splice(0)) done();
    }, 5).unref();
  };
  if (open === "at load") connect();
  return (done: () => void) => {
    waiting.push(done);
    connect();
  };
}

const STYLES = {
  "a serial queue": serialQueue,
  "an async loop": serialLoop,
  "a driver that is opened at first use": () => driver("at first use"),
  "a driver that is opened at load": () => driver("at load"),
} as const;

describe.each(Object.entries(STYLES))("callbacks of %s", (_name, make) => {
  function app(io: Server): void {
    const query = make();
    io.on("connection", (socket) => {
      query(() => socket.emit("history", []));
      socket.on("say", (text, ack) =>
        query(() => {
          io.emit("said", text);
          ack("stored");
        }),
      );
      socket.on("tell", (text) => query(() => socket.broadcast.emit("told", text)));
      socket.on("join", (room, ack) =>
        query(() => {
          socket.join(room);
          ack([...socket.rooms].length);
        }),
      );
      socket.on("say in", (room, text, ack) =>
        query(() => {
          socket.to(room).emit("said in", text);
          ack();
        }),
      );
    });
  }

  it("acks and broadcasts arrive, once", async () => {
    const { clients } = await kit(app);
    const [ann, bob] = [await clients.join(), await clients.join()];
    const heard = new Heard(bob);
    for (const text of ["a", "b", "c"])
      expect(await ann.timeout(3000).emitWithAck("say", text)).toBe("stored");
    expect(await bob.timeout(3000).emitWithAck("say", "end")).toBe("stored");
    await heard.first(([, text]) => text === "end");
    const said = heard.events.filter(([event]) => event === "said").map(([, text]) => text);
    expect(said).toEqual(["a", "b", "c", "end"]);
  });

  it("what a listener without an ack sends arrives", async () => {
    const { clients } = await kit(app);
    const [ann, bob] = [await clients.join(), await clients.join()];
    const told = new Promise((resolve) => bob.on("told", resolve));
    ann.emit("tell", "hi");
    expect(await told).toBe("hi");
  });

  it("a join is of its own socket, and its room reaches it and nobody else", async () => {
    const { clients } = await kit(app);
    const [ann, bob, eve] = [await clients.join(), await clients.join(), await clients.join()];
    const heard = [new Heard(bob), new Heard(eve)] as const;
    expect(await bob.timeout(3000).emitWithAck("join", "secret")).toBe(2);
    await ann.timeout(3000).emitWithAck("say in", "secret", "psst");
    await ann.timeout(3000).emitWithAck("say", "end");
    await Promise.all(heard.map((one) => one.first(([, text]) => text === "end")));
    const [bobs, eves] = heard.map(({ events }) => events.filter(([event]) => event === "said in"));
    expect([bobs, eves]).toEqual([[["said in", "psst"]], []]);
  });
});

describe("a driver's connection that another client's event has opened", () => {
  it("joins the socket of the callback's event (R3)", async () => {
    const ends: string[] = [];
    const { clients } = await kit((io) => {
      const query = driver("at first use");
      io.of("/lobby").on("connection", (socket) => {
        socket.on("disconnect", (reason) => ends.push(reason));
        socket.on("warm", (ack) => query(() => ack("ok")));
      });
      io.of("/chat").on("connection", (socket) => {
        socket.on("join", (room, ack) =>
          query(() => {
            socket.join(room);
            ack();
          }),
        );
        socket.on("say", (room, text, ack) => {
          io.of("/chat").to(room).emit("said", text);
          ack();
        });
      });
    });
    const a = await clients.join("/lobby");
    const heardByA: unknown[] = [];
    a.io.engine.on("data", (frame) => heardByA.push(frame));
    expect(await a.emitWithAck("warm")).toBe("ok");
    const [b, d] = [await clients.join("/chat"), await clients.join("/chat")];
    const said = new Promise((resolve) => b.on("said", resolve));
    await b.timeout(3000).emitWithAck("join", "secret");
    await d.timeout(3000).emitWithAck("say", "secret", "hello");
    expect(await said).toBe("hello");
    expect(await a.emitWithAck("warm")).toBe("ok");
    expect(heardByA.filter((frame) => String(frame).includes("chat"))).toEqual([]);
    expect(ends).toEqual([]);
  });
});

describe("what a replay starts without waiting for it", () => {
  it.each([20, 300])("a greeting behind a promise of %i ms is sent once, and undoes nothing", async (ms) => {
    const { clients, server } = await kit((io) => {
      io.on("connection", (socket) => {
        delay(ms).then(() => {
          socket.emit("history", []);
          socket.join("all");
          socket.data.score = 0;
        });
        socket.on("score", (ack) => {
          socket.data.score++;
          ack(socket.data.score);
        });
        socket.on("leave", async (ack) => {
          await socket.leave("all");
          ack();
        });
        socket.on("rooms", (ack) => ack([...socket.rooms].length));
      });
    });
    const client = clients.make().connect();
    const histories: unknown[] = [];
    client.on("history", (rows) => histories.push(rows));
    await new Promise((resolve) => client.once("history", resolve));
    await server.settled(); // what the handler sets after the greeting is stored at the end of its event
    for (const score of [1, 2, 3]) expect(await client.emitWithAck("score")).toBe(score);
    await client.emitWithAck("leave");
    expect(await client.emitWithAck("rooms")).toBe(1);
    expect(histories).toEqual([[]]);
  });

  it("listeners on objects of the module, and intervals, do not pile up, and are named once (R10)", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const bus = new EventEmitter();
    let ticking = 0;
    const { clients } = await kit((io) => {
      io.on("connection", (socket) => {
        const tell = (news: string) => io.to("readers").emit("news", news);
        bus.on("news", tell);
        setInterval(() => ticking++, 10).unref();
        socket.on("disconnect", () => bus.off("news", tell));
        socket.on("read", async (ack) => {
          await socket.join("readers");
          ack();
        });
        socket.on("noop", (ack) => ack());
        socket.on("publish", (news, ack) => {
          bus.emit("news", news);
          ack(bus.listenerCount("news"));
        });
      });
    });
    const [one, other] = [await clients.join(), await clients.join()];
    await other.emitWithAck("noop");
    await one.emitWithAck("read");
    for (let i = 0; i < 20; i++) await one.emitWithAck("noop");
    expect(await one.emitWithAck("publish", "extra")).toBeLessThanOrEqual(2 + 2);
    const texts = warn.mock.calls.map(([text]) => String(text));
    const about = (word: string) => texts.filter((text) => text.includes(word));
    expect(about('listens to "news"')).toHaveLength(1);
    expect(about('listens to "news"')[0]).toMatch(/foreign-callbacks\.test\.ts:\d+/);
    expect(about("setInterval")).toHaveLength(1);
    expect(about("setInterval")[0]).toMatch(/foreign-callbacks\.test\.ts:\d+/);
    expect(ticking).toBeGreaterThan(0);
    warn.mockRestore();
  });
});

describe("acks in a replay (U1)", () => {
  /** Enough for an answer on a busy machine. */
  const ASK_MS = 1_500;
  const ASKS = {
    "socket.timeout().emit": (socket: Socket, note: (error: unknown) => void) =>
      socket.timeout(ASK_MS).emit("who?", note),
    "socket.timeout().emitWithAck": (socket: Socket, note: (error: unknown) => void) =>
      void socket
        .timeout(ASK_MS)
        .emitWithAck("who?")
        .then(() => note(null), note),
    "io.to().timeout().emit": (socket: Socket, note: (error: unknown) => void) =>
      socket.nsp.to(socket.id).timeout(ASK_MS).emit("who?", note),
    "io.to().timeout().emitWithAck": (socket: Socket, note: (error: unknown) => void) =>
      void socket.nsp
        .to(socket.id)
        .timeout(ASK_MS)
        .emitWithAck("who?")
        .then(() => note(null), note),
  };
  it.each(Object.entries(ASKS))("%s calls back once, for the real CONNECT", async (_name, ask) => {
    let calls = 0;
    const { clients, server } = await kit((io) => {
      io.on("connection", (socket) => {
        socket.on("look", (ack) => ack(socket.data.verified));
        socket.on("work", async (ack) => {
          await delay(ASK_MS + 200); // a replay's timer would fire meanwhile
          ack(socket.data.verified);
        });
        ask(socket, (error) => {
          calls++;
          socket.data.verified = !error;
        });
      });
    });
    const one = clients.make().connect();
    one.on("who?", (answer) => answer("ann"));
    await new Promise((resolve) => one.once("who?", resolve));
    await vi.waitFor(() => expect(calls).toBe(1));
    await server.settled();
    expect(await one.emitWithAck("look")).toBe(true);
    expect(await one.emitWithAck("work")).toBe(true);
    expect(await one.emitWithAck("look")).toBe(true);
    expect(calls).toBe(1);
  });

  it("a handler that asks, and then waits for its database before it listens, still listens", async () => {
    const { clients } = await kit((io) => {
      io.on("connection", async (socket) => {
        socket.timeout(150).emit("who?", () => {});
        await delay(30);
        socket.on("hi", (ack) => ack("there"));
      });
    });
    const client = await clients.join();
    await delay(100);
    expect(await client.timeout(3000).emitWithAck("hi")).toBe("there");
  });
});

describe("an event while the connection handler still runs (R8)", () => {
  it("finds what the handler sets", async () => {
    const { clients } = await kit((io) => {
      io.on("connection", async (socket) => {
        await delay(250);
        Object.assign(socket, { user: { name: "Kim" } });
        socket.data.team = "red";
        await socket.join("red");
        socket.on("who", (ack) => {
          const { user } = socket as unknown as { user?: { name: string } };
          ack(user?.name ?? null, socket.data.team ?? null, socket.rooms.has("red"));
        });
      });
    });
    const client = clients.make().connect();
    const who = new Promise((resolve) =>
      client.on("connect", () => client.emit("who", (...answer: unknown[]) => resolve(answer))),
    );
    expect(await who).toEqual(["Kim", "red", true]);
  });

  it("finds what the handler puts on the request", async () => {
    const { clients } = await kit((io) => {
      io.on("connection", async (socket) => {
        await delay(200);
        Object.assign(socket.request, { user: { id: 7 } });
        socket.on("who", (ack) => ack((socket.request as unknown as { user?: unknown }).user ?? null));
      });
    });
    const client = clients.make().connect();
    const who = new Promise((resolve) => client.on("connect", () => client.emit("who", resolve)));
    expect(await who).toEqual({ id: 7 });
    expect(await client.emitWithAck("who")).toEqual({ id: 7 });
  });

  it("listeners that a callback registers hear each event", async () => {
    const { clients } = await kit((io) => {
      const query = driver("at load");
      io.on("connection", (socket) => {
        query(() => {
          socket.emit("ready");
          socket.on("hi", (ack) => ack("there"));
        });
      });
    });
    const client = clients.make().connect();
    await new Promise((resolve) => client.once("ready", resolve));
    await delay(50);
    for (let i = 0; i < 3; i++) expect(await client.timeout(3000).emitWithAck("hi")).toBe("there");
  });
});

describe("public members do what they do in Socket.IO", () => {
  it("adapter.delAll() leaves the rooms, and the socket stays (U2)", async () => {
    const { clients } = await kit((io) => {
      io.on("connection", (socket) => {
        socket.on("reset", async (ack) => {
          await socket.join(["a", "b"]);
          await io.of("/").adapter.delAll(socket.id);
          ack([...socket.rooms]);
        });
        socket.on("all", (ack) => {
          io.emit("to all");
          ack();
        });
        socket.on("join", async (room, ack) => {
          await socket.join(room);
          ack([...socket.rooms], (await io.fetchSockets()).length);
        });
        socket.on("ping?", (ack) => ack("pong"));
      });
    });
    const client = await clients.join();
    let toAll = 0;
    client.on("to all", () => toAll++);
    expect(await client.emitWithAck("reset")).toEqual([]);
    expect(await client.emitWithAck("ping?")).toBe("pong");
    await client.emitWithAck("all"); // as upstream: who is in no room is reached by nothing
    expect(toAll).toBe(0);
    const answer = new Promise((resolve) => client.emit("join", "c", (...all: unknown[]) => resolve(all)));
    expect(await answer).toEqual([["c"], 1]);
    await client.emitWithAck("all");
    await client.emitWithAck("ping?");
    expect(toAll).toBe(1);
  });

  it("join([]) does nothing (F11)", async () => {
    const { clients } = await kit((io) => {
      io.on("connection", (socket) => {
        socket.on("join", async (rooms, ack) => {
          await socket.join(rooms);
          ack([...socket.rooms].length);
        });
      });
    });
    const client = await clients.join();
    expect(await client.timeout(3000).emitWithAck("join", [])).toBe(1);
  });

  it.each(["io.emit", "socket.to", "socket.emit"])(
    "%s of what cannot be encoded throws (R6)",
    async (what) => {
      const { clients } = await kit(
        (io) => {
          io.on("connection", (socket) => {
            const emits = {
              "io.emit": () => io.emit("x", 10n),
              "socket.to": () => socket.to("room").emit("x", 10n),
              "socket.emit": () => socket.emit("x", 10n),
            };
            socket.on("big", (ack) => {
              try {
                emits[what as keyof typeof emits]();
                ack("no throw");
              } catch {
                ack("threw");
              }
            });
          });
        },
        { io: { connectionStateRecovery: {} } },
      );
      expect(await (await clients.join()).timeout(3000).emitWithAck("big")).toBe("threw");
    },
  );
});
