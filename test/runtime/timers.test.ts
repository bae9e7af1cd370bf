/** Timers that handlers set: which of them an event waits for, and what is told of the others. */
import { setTimeout as delay } from "node:timers/promises";
import { Server } from "socket.io";
import { describe, expect, it, vi } from "vitest";
import { createHandlers, type HandlerOptions, type Handlers } from "../../runtime/handlers.js";
import { testBackends } from "../support/backend.js";
import { GatewayEvents } from "../support/gateway-events.js";
import { kit } from "../support/kit.js";
import { logLines } from "../support/log-lines.js";

const makeBackend = testBackends();
const log = logLines();

/** Cold environments. A test sees what was sent when an event had ended, where Lambda would freeze it. */
async function serve(app: (io: Server) => void, options: HandlerOptions = {}) {
  const io = new Server();
  app(io);
  const { backend, delivery } = makeBackend();
  const { handler }: Handlers = createHandlers(io, { backend: () => backend, ...options });
  const client = new GatewayEvents();
  await handler(client.connect({ EIO: "4", transport: "websocket" }));
  const sent = () => delivery.to(client.connectionId).map(String);
  const event = async (frame: string) => {
    const before = sent().length;
    await handler(client.message(frame));
    return sent().slice(before);
  };
  return { event, sent, backend, client, handler };
}

const LISTENERS: Record<string, (io: Server) => void> = {
  "a listener": (io) =>
    io.on("connection", (socket) => {
      socket.on("later", () => {
        setTimeout(() => socket.emit("late"), 120);
      });
    }),
  "a listener that calls its ack": (io) =>
    io.on("connection", (socket) => {
      socket.on("later", (ack) => {
        setTimeout((text: string) => socket.emit(text), 120, "late");
        ack?.();
      });
    }),
  "an async listener, behind an await": (io) =>
    io.on("connection", (socket) => {
      socket.on("later", async () => {
        await delay(10);
        setTimeout(() => io.emit("late"), 120);
      });
    }),
  "a timer's callback": (io) =>
    io.on("connection", (socket) => {
      socket.on("later", () => {
        setTimeout(() => setTimeout(() => socket.emit("late"), 60), 60);
      });
    }),
  "a promise that nobody awaits": (io) =>
    io.on("connection", (socket) => {
      const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
      socket.on("later", () => {
        sleep(120).then(() => socket.emit("late"));
      });
    }),
  "a callback that takes time itself": (io) =>
    io.on("connection", (socket) => {
      socket.on("later", () => {
        setTimeout(async () => {
          await delay(60);
          socket.emit("late");
        }, 60);
      });
    }),
};

describe("an event waits for a short timer of", () => {
  it.each(Object.entries(LISTENERS))("%s", async (_name, app) => {
    const { event } = await serve(app);
    await event("40");
    expect(await event('42["later"]')).toEqual(['42["late"]']);
    expect(await event('42["later"]')).toEqual(['42["late"]']);
  });

  it("a disconnect handler", async () => {
    const told: string[] = [];
    const { event, handler, client } = await serve((io) => {
      io.on("connection", (socket) => {
        socket.on("disconnect", () => setTimeout(() => told.push("left"), 100));
      });
    });
    await event("40");
    await handler(client.disconnect());
    expect(told).toEqual(["left"]);
  });

  it("the connection handler, whose replays do not set it again", async () => {
    const fired: string[] = [];
    const { event } = await serve((io) => {
      io.on("connection", (socket) => {
        setTimeout(() => {
          fired.push("welcome");
          socket.emit("welcome");
        }, 100);
        socket.on("later", () => void setTimeout(() => socket.emit("late"), 200));
      });
    });
    expect((await event("40")).slice(-1)).toEqual(['42["welcome"]']);
    expect(await event('42["later"]')).toEqual(['42["late"]']);
    await delay(120);
    expect(fired).toEqual(["welcome"]);
    expect(log.lines().filter((line) => /"connection" handler/.test(line))).toEqual([]);
  });
});

describe("an event does not wait", () => {
  it("for a timer that was cleared, and says nothing of it", async () => {
    const { event } = await serve((io) => {
      io.on("connection", (socket) => {
        socket.on("debounced", () => {
          let timer: NodeJS.Timeout | undefined;
          const soon = () => {
            clearTimeout(timer);
            timer = setTimeout(() => socket.emit("once"), 100);
          };
          for (let n = 0; n < 5; n++) soon();
        });
        socket.on("cleared", () => clearTimeout(setTimeout(() => socket.emit("never"), 2_000)));
        socket.on("cleared soon", () => {
          const timer = setTimeout(() => socket.emit("never"), 4_000);
          const ticks = setInterval(() => socket.emit("never"), 4_000);
          setTimeout(() => [timer, ticks].forEach(clearTimeout), 60);
        });
      });
    });
    await event("40");
    expect(await event('42["debounced"]')).toEqual(['42["once"]']);
    const start = performance.now();
    expect(await event('42["cleared"]')).toEqual([]);
    expect(await event('42["cleared soon"]')).toEqual([]);
    expect(performance.now() - start).toBeLessThan(1_500);
    expect(log.lines()).toEqual([]);
  });

  it("for longer than the limit, and names the place and what to do, once", async () => {
    const timers: NodeJS.Timeout[] = [];
    const { event } = await serve(
      (io) => {
        io.on("connection", (socket) => {
          socket.on("long", () => timers.push(setTimeout(() => socket.emit("late"), 30_000)) && undefined);
          socket.on("ticks", () => timers.push(setInterval(() => socket.emit("tick"), 400)) && undefined);
        });
      },
      { timers: { awaitUpTo: 200 } },
    );
    await event("40");
    const start = performance.now();
    for (const frame of ['42["long"]', '42["long"]', '42["ticks"]', '42["ticks"]'])
      expect(await event(frame)).toEqual([]);
    expect(performance.now() - start).toBeLessThan(1_000);
    for (const timer of timers) clearTimeout(timer);
    expect(log.lines()).toEqual([
      expect.stringMatching(
        /setTimeout \(30000 ms\) outlives .* wait up to 200 ms for timers \(the prop timers\.awaitUpTo\).*after\(\).* At test\/runtime\/timers\.test\.ts:\d+:\d+\.$/,
      ),
      expect.stringMatching(
        /setInterval \(400 ms\) outlives .*every\(\).* At test\/runtime\/timers\.test\.ts:/,
      ),
    ]);
  });

  it("without end for timers that set each other", async () => {
    let fired = 0;
    const { event } = await serve(
      (io) => {
        io.on("connection", (socket) => {
          const again = () => {
            fired++;
            if (fired < 100) setTimeout(again, 70);
          };
          socket.on("loop", () => again());
        });
      },
      { timers: { awaitUpTo: 300 } },
    );
    await event("40");
    await event('42["loop"]');
    expect(fired).toBeGreaterThan(2);
    expect(fired).toBeLessThan(7);
    fired = 100;
  });

  it("for a timer of a library, or one that does not keep a process alive", async () => {
    const { event } = await serve((io) => {
      io.on("connection", (socket) => {
        socket.on("ask", (answer) => {
          socket.timeout(3_000).emit("question", () => {});
          setTimeout(() => {}, 3_000).unref();
          answer();
        });
      });
    });
    await event("40");
    const asked = event('421["ask"]');
    await vi.waitFor(async () => expect((await Promise.race([asked, delay(1, [])])).length).toBe(0));
    expect(log.lines()).toEqual([]);
  });
});

describe("while an event waits for a timer", () => {
  it("what its handlers have changed is stored, and their client's next event finds it", async () => {
    const { event, sent } = await serve((io) => {
      io.on("connection", (socket) => {
        socket.on("count", () => {
          socket.data.count = (socket.data.count ?? 0) + 1;
          socket.emit("counted");
          setTimeout(() => socket.emit("late", socket.data.count), 600);
        });
        socket.on("read", (ack) => ack(socket.data.count));
      });
    });
    await event("40");
    const counting = event('42["count"]');
    await vi.waitFor(() => expect(sent()).toContain('42["counted"]'));
    await vi.waitFor(async () => expect((await event('421["read"]')).at(-1)).toBe("431[1]"));
    expect(sent()).not.toContain('42["late",1]');
    expect((await counting).at(-1)).toBe('42["late",1]');
  });
});

it("a failure in a timer is reported, and harms nothing else", async () => {
  const { event } = await serve((io) => {
    io.on("connection", (socket) => {
      socket.on("break", () => {
        setTimeout(() => {
          throw new Error("broken in a timer");
        }, 80);
        setTimeout(() => socket.emit("late"), 120);
      });
    });
  });
  await event("40");
  expect(await event('42["break"]')).toEqual(['42["late"]']);
  expect(log.lines().join("\n")).toMatch(/\[handler\] a timer.*\n?.*broken in a timer/);
});

it("in ordered mode only timers of up to 50 ms are awaited, unless the option says more", async () => {
  const lengths = async (options: HandlerOptions) => {
    const { event, sent } = await serve(
      (io) => {
        io.on("connection", (socket) => {
          socket.on("later", () => {
            setTimeout(() => socket.emit("soon"), 20);
            setTimeout(() => socket.emit("late"), 300);
          });
        });
      },
      { order: "ordered", ...options },
    );
    await event("40");
    const inTime = await event('42["later"]');
    await vi.waitFor(() => expect(sent()).toContain('42["late"]'));
    return inTime;
  };
  expect(await lengths({ timers: { awaitUpTo: 400 } })).toEqual(['42["soon"]', '42["late"]']);
  expect(await lengths({})).toEqual(['42["soon"]']);
});

it("timers that were set outside of any event are told of as the next one begins", async () => {
  vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "app");
  const noop = () => {};
  const { event } = await serve((io) => io.on("connection", () => {}));
  const [running, long] = [setInterval(noop, 5_000), setTimeout(noop, 7_000)];
  clearTimeout(setTimeout(noop, 6_000));
  setTimeout(noop, 10);
  await event("40");
  await event("40");
  clearInterval(running);
  clearTimeout(long);
  vi.unstubAllEnvs();
  expect(log.lines()).toEqual([
    expect.stringMatching(/setInterval \(5000 ms\) was set outside .*every\(\).* At test\/runtime\/timers/),
    expect.stringMatching(/setTimeout \(7000 ms\) was set outside .*after\(\).* At test\/runtime\/timers/),
  ]);
});

it("awaited timers are counted, and said at powers of ten", async () => {
  const info = vi.spyOn(console, "info").mockImplementation(() => {});
  const { event } = await serve((io) => {
    io.on("connection", (socket) => {
      socket.on("many", () => {
        for (let n = 0; n < 100; n++) setTimeout(() => {}, 60);
      });
    });
  });
  await event("40");
  for (let n = 0; n < 10; n++) await event('42["many"]');
  const said = info.mock.calls.map(([line]) => String(line));
  info.mockRestore();
  expect(said.length).toBeGreaterThan(0);
  expect(said.at(-1)).toMatch(
    /Events have waited for \d{3,4} timers so far, [\d.]+ s in all, .*timers\.test\.ts/,
  );
});

it("a fast interval of a module holds no event, and its sends are in nobody's name", async () => {
  vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "app");
  let io: Server | undefined;
  const { event } = await serve((server) => {
    io = server;
    server.on("connection", (socket) => {
      socket.on("work", async (ack) => {
        await delay(60);
        ack();
      });
    });
  });
  await event("40");
  const ticks = setInterval(() => io?.emit("tick", "x".repeat(100)), 1);
  const start = performance.now();
  expect(await event('421["work"]')).toContain("431[]");
  clearInterval(ticks);
  vi.unstubAllEnvs();
  expect(performance.now() - start).toBeLessThan(3_000);
  expect(log.lines().filter((line) => /DeadlineError|sent outside/.test(line))).toEqual([]);
  await io?.fetchSockets(); // behind all that was sent
});

it("an event that sets no timer looks for no call site", async () => {
  const { clients, server } = await kit((io) => {
    io.on("connection", (socket) => {
      socket.on("say", async (room, ack) => {
        await socket.join(room);
        socket.data.said = room;
        socket.to(room).emit("said");
        ack();
      });
    });
  });
  const client = await clients.join();
  await client.emitWithAck("say", "tea"); // the SDK reads its settings
  await server.settled();
  let marks = 0;
  const limit = Error.stackTraceLimit;
  const reading = { get: () => limit, set: () => void marks++, configurable: true };
  Object.defineProperty(Error, "stackTraceLimit", reading);
  await client.emitWithAck("say", "coffee");
  await server.settled();
  Object.defineProperty(Error, "stackTraceLimit", { value: limit, writable: true, configurable: true });
  expect(marks).toBe(0);
});
