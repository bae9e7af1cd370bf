/** `every` and `after`: which runs there are, however many environments there are and whatever happens. */
import { randomUUID } from "node:crypto";
import { Server } from "socket.io";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ArgumentsTooLargeError, UnstorableValueError } from "../../runtime/errors.js";
import { createHandlers, type Handlers } from "../../runtime/handlers.js";
import { after as delayed } from "../../runtime/tasks/after.js"; // not a hook of the test
import { every } from "../../runtime/tasks/every.js";
import { registry } from "../../runtime/tasks/registry.js";
import { testBackends } from "../support/backend.js";
import { GatewayEvents } from "../support/gateway-events.js";
import { kit } from "../support/kit.js";
import { logLines } from "../support/log-lines.js";

const makeBackend = testBackends();
const log = logLines();
const MINUTE_MS = 60_000;

afterEach(() => {
  registry().repeated.clear();
  registry().delayed.clear();
});

/** Environments of one app, which share their tables. */
function environments(count: number, app: (io: Server) => void = () => {}) {
  const { backend, delivery } = makeBackend();
  const handlers = Array.from({ length: count }, () => {
    const io = new Server();
    io.on("connection", () => {});
    app(io);
    return createHandlers(io, { backend: () => backend }) as Handlers;
  });
  const start = Date.now();
  /** The schedule calls each of them, at once, so many minutes after the start. */
  const tick = (minutes: number, environment?: number) => {
    const called = environment === undefined ? handlers : handlers.slice(environment, environment + 1);
    const at = start + minutes * MINUTE_MS;
    return Promise.all(called.map(({ handler }) => handler({ selfEvent: "heartbeat", at })));
  };
  return { tick, handlers, backend, delivery };
}

describe("every", () => {
  it("runs once a period, whichever environments are called, and however often", async () => {
    const runs: number[] = [];
    let minute = 0;
    every("3 minutes", `three-${randomUUID()}`, () => runs.push(minute));
    const { tick } = environments(3);
    for (minute = 1; minute <= 9; minute++) {
      await tick(minute);
      await tick(minute, minute % 3);
    }
    expect(runs).toEqual([3, 6, 9]);
  });

  it("runs at each call where its period is a minute, also where calls are late or early", async () => {
    const runs: number[] = [];
    every({ minutes: 1 }, `minute-${randomUUID()}`, () => runs.push(runs.length));
    const { tick } = environments(2);
    for (const minute of [1.1, 1.95, 3.2, 3.9, 5, 5.01]) await tick(minute, Math.round(minute) % 2);
    expect(runs).toHaveLength(5);
  });

  it("makes up for nothing: a pause is followed by one run", async () => {
    let runs = 0;
    every("2 minutes", `pause-${randomUUID()}`, () => runs++);
    const { tick } = environments(1);
    for (const minute of [2, 20, 21, 22]) await tick(minute);
    expect(runs).toBe(3);
  });

  it("sends what it emits before the call is answered, and reaches sockets", async () => {
    const found: string[] = [];
    const { tick, handlers, delivery } = environments(1);
    const [{ handler, io } = { handler: undefined, io: undefined }] = handlers;
    if (!handler || !io) throw new Error("There is an environment.");
    const client = new GatewayEvents();
    await handler(client.connect({ EIO: "4", transport: "websocket" }));
    await handler(client.message("40"));
    every("minute", `news-${randomUUID()}`, async () => {
      const sockets = await io.fetchSockets();
      found.push(...sockets.map(({ id }) => id));
      io.socketsJoin("readers");
      io.to("readers").emit("news", found.length);
    });
    await tick(2);
    expect(found).toHaveLength(1);
    expect(delivery.to(client.connectionId).map(String).slice(-1)).toEqual(['42["news",1]']);
    expect(log.lines()).toEqual([]);
  });

  it("asks clients, whose acks come in events of their own", async () => {
    const { tick, handlers, delivery } = environments(1, (io) => io.of("/asked"));
    const [{ handler, io } = { handler: undefined, io: undefined }] = handlers;
    if (!handler || !io) throw new Error("There is an environment.");
    const client = new GatewayEvents();
    await handler(client.connect({ EIO: "4", transport: "websocket" }));
    await handler(client.message("40/asked,"));
    const answers: unknown[] = [];
    every("minute", `ask-${randomUUID()}`, async () => {
      answers.push(...(await io.of("/asked").timeout(5_000).emitWithAck("well?")));
    });
    const ticking = tick(1);
    const asked = await vi.waitFor(() => {
      const [, id] = /^42\/asked,(\d+)\["well\?"/.exec(String(delivery.to(client.connectionId).at(-1))) ?? [];
      if (id === undefined) throw new Error("Nobody was asked.");
      return id;
    });
    await handler(client.message(`43/asked,${asked}["fine"]`));
    await ticking;
    expect(answers).toEqual(["fine"]);
  });

  it("that fails is reported, and harms no other task and no heartbeat", async () => {
    let runs = 0;
    every("minute", `broken-${randomUUID()}`, async () => {
      throw new Error("no tweets today");
    });
    every("minute", `whole-${randomUUID()}`, () => runs++);
    const { handlers } = environments(1);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + MINUTE_MS });
    const answer = await handlers[0]?.handler({ selfEvent: "heartbeat" });
    vi.useRealTimers();
    expect(answer).toEqual({ statusCode: 200 });
    expect(runs).toBe(1);
    expect(log.lines().join("\n")).toMatch(/^\[task\] broken-.*: Error: no tweets today/);
  });

  it("that does not end is left when the time is up", async () => {
    every("minute", `endless-${randomUUID()}`, () => new Promise(() => {}));
    const { handlers } = environments(1);
    const event = { selfEvent: "heartbeat", at: Date.now() + MINUTE_MS } as const;
    await handlers[0]?.handler(event, { getRemainingTimeInMillis: () => 2_200 });
    expect(log.lines().join("\n")).toMatch(/\[deadline\].*DeadlineError.*time of the task endless-/);
  });

  it.each([
    ["10 seconds", /every\("10 seconds", "t"\) is not possible.*from "1 minute".*docs\/timers\.md/],
    [1_500, /every\(1500, "t"\) is not possible/],
    [90_000, /is not possible: .* whole minutes/],
    ["soon", /cannot take "soon" for a time\. Write "5 minutes"/],
    [{ weeks: 1 } as never, /cannot take \{"weeks":1\}/],
    [Number.NaN, /cannot take null/],
  ])("refuses %j, and says what is possible", (interval, message) => {
    expect(() => every(interval, "t", () => {})).toThrow(message);
  });

  it("takes a name once, and again from the same line", () => {
    const again = () => every("minute", "same", () => {});
    again();
    again();
    expect(() => every("minute", "same", () => {})).toThrow(
      /Two tasks are called "same": at test\/runtime\/tasks\.test\.ts:\d+:\d+ and at test\/runtime\/tasks/,
    );
    expect(() => delayed("same", () => {})).toThrow(/Two tasks/);
    expect(() => every("minute", "", () => {})).toThrow(/needs a name and a function: every\("5 minutes"/);
  });
});

describe("after", () => {
  it("runs once, at the first call behind its time, with its arguments", async () => {
    const closed: unknown[] = [];
    const close = delayed(`close-${randomUUID()}`, (...args: unknown[]) => closed.push(args));
    const { tick } = environments(3);
    await close({ minutes: 2 }, "kitchen", { at: new Date(0), tables: new Set([1]) });
    await close(0, "hall");
    await close("1 hour", "garden");
    await tick(1);
    expect(closed).toEqual([["hall"]]);
    await tick(2.1);
    await tick(2.1);
    expect(closed).toEqual([["hall"], ["kitchen", { at: new Date(0), tables: new Set([1]) }]]);
    await tick(61);
    expect(closed.slice(2)).toEqual([["garden"]]);
  });

  it("runs all that is due, once each, though it is more than one query gives", async () => {
    const ran: number[] = [];
    const count = delayed(`count-${randomUUID()}`, (n: number) => ran.push(n));
    const { tick } = environments(2);
    await Promise.all(Array.from({ length: 70 }, (_, n) => count("minute", n)));
    await tick(2);
    expect(ran.sort((a, b) => a - b)).toEqual(Array.from({ length: 70 }, (_, n) => n));
  });

  it("that fails is not repeated", async () => {
    let runs = 0;
    const fail = delayed(`fail-${randomUUID()}`, () => {
      runs++;
      throw new Error("closed already");
    });
    const { tick } = environments(1);
    await fail(0);
    await tick(1);
    await tick(2);
    expect(runs).toBe(1);
    expect(log.lines().filter((line) => line.includes("closed already"))).toHaveLength(1);
  });

  it("leaves for the next call what there is no time for", async () => {
    let runs = 0;
    const later = delayed(`later-${randomUUID()}`, () => runs++);
    const { handlers, tick } = environments(1);
    await later(0);
    const event = { selfEvent: "heartbeat", at: Date.now() + MINUTE_MS } as const;
    await handlers[0]?.handler(event, { getRemainingTimeInMillis: () => 1_000 });
    expect(runs).toBe(0);
    await tick(2);
    expect(runs).toBe(1);
  });

  it("is stored before the event that sets it has ended, and not again by a replay", async () => {
    const left: string[] = [];
    const leave = delayed(`leave-${randomUUID()}`, (id: string) => left.push(id));
    const { handlers, tick } = environments(1, (io) => {
      io.on("connection", (socket) => {
        void leave("1 minute", "connection");
        socket.on("go", () => void leave("1 minute", "listener"));
      });
    });
    const client = new GatewayEvents();
    const [{ handler } = { handler: undefined }] = handlers;
    await handler?.(client.connect({ EIO: "4", transport: "websocket" }));
    await handler?.(client.message("40"));
    await handler?.(client.message('42["go"]'));
    await handler?.(client.message('42["nothing"]'));
    await tick(2);
    expect(left.sort()).toEqual(["connection", "listener"]);
  });

  it("refuses arguments that cannot be stored, and a time that is none", async () => {
    const set = delayed(`odd-${randomUUID()}`, (_value: unknown) => {});
    environments(1);
    await expect(set(0, () => {})).rejects.toThrow(UnstorableValueError);
    await expect(set(0, "x".repeat(33_000))).rejects.toThrow(ArgumentsTooLargeError);
    await expect(set("later", 1)).rejects.toThrow(/after\("odd-.*cannot take "later"/);
    await expect(set(-1, 1)).rejects.toThrow(/cannot take -1/);
    await expect(set("400 days", 1)).rejects.toThrow(/up to a year/);
  });

  it("whose environment dies is not repeated, and told of later", async () => {
    let runs = 0;
    const name = `dies-${randomUUID()}`;
    const die = delayed(name, () => runs++);
    const { tick, backend } = environments(1);
    await die(0);
    const [run] = await backend.tasks.dueRuns(name, Date.now());
    expect(await backend.tasks.takeRun(name, run?.id ?? "")).toBe(true); // and then it dies
    await tick(1);
    expect(log.lines()).toEqual([]);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 16 * MINUTE_MS });
    await tick(17);
    await tick(18);
    vi.useRealTimers();
    expect(runs).toBe(0);
    expect(log.lines().filter((line) => line.includes("LostRunError"))).toHaveLength(1);
  });

  it("costs an app without tasks nothing", async () => {
    const { tick, backend } = environments(1);
    const asked = vi.spyOn(backend.tasks, "lastRun");
    const queried = vi.spyOn(backend.tasks, "dueRuns");
    await tick(1);
    expect([asked.mock.calls, queried.mock.calls]).toEqual([[], []]);
  });
});

it("in the test kit, minutes pass by tick()", async () => {
  const { server, clients } = await kit((io) => {
    let n = 0;
    every("2 minutes", "kit-tweets", () => io.emit("tweets", ++n));
    const close = delayed("kit-close", (room: string) => io.in(room).disconnectSockets(true));
    io.on("connection", (socket) => {
      socket.on("close later", async (ack) => {
        await socket.join("kitchen");
        await close({ minutes: 5 }, "kitchen");
        ack();
      });
    });
  });
  const client = await clients.join();
  const heard: unknown[] = [];
  client.on("tweets", (n) => heard.push(n));
  await client.emitWithAck("close later");
  await server.tick(4);
  await vi.waitFor(() => expect(heard).toEqual([1, 2]));
  expect(client.connected).toBe(true);
  const gone = new Promise((resolve) => client.on("disconnect", resolve));
  await server.tick(2);
  expect(await gone).toBe("io server disconnect");
});

it("every() in an event is refused, for other environments do not hear of it", async () => {
  const { clients } = await kit((io) => {
    io.on("connection", (socket) => {
      socket.on("begin", (ack) => {
        try {
          every("minute", "late", () => {});
        } catch (error) {
          ack(String(error));
        }
      });
    });
  });
  const client = await clients.join();
  expect(await client.emitWithAck("begin")).toMatch(/called in an event/);
});

describe("where DynamoDB's answers are lost, and the SDK repeats its calls", () => {
  const makeLossy = testBackends({ losesAnswers: true });

  it("each run takes place once all the same", async () => {
    const runs: string[] = [];
    every("minute", `lossy-${randomUUID()}`, () => runs.push("every"));
    const later = delayed(`lossy-later-${randomUUID()}`, () => runs.push("after"));
    const { backend } = makeLossy();
    const io = new Server();
    const { handler }: Handlers = createHandlers(io, { backend: () => backend });
    await later(0);
    const at = Date.now() + MINUTE_MS;
    await handler({ selfEvent: "heartbeat", at });
    await handler({ selfEvent: "heartbeat", at });
    expect(runs.sort()).toEqual(["after", "every"]);
  });
});
