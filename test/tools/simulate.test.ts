import { describe, expect, it } from "vitest";
import { type Announcement, announcement } from "../../tools/simulate/announcement.js";
import { Heap } from "../../tools/simulate/heap.js";
import { DEFAULT_LIMITS } from "../../tools/simulate/limits.js";
import { loadOf } from "../../tools/simulate/load.js";
import { readOptions } from "../../tools/simulate/options.js";
import { percentiles } from "../../tools/simulate/percentiles.js";
import { random } from "../../tools/simulate/random.js";
import { roomBroadcasts } from "../../tools/simulate/room-broadcast.js";
import { simulate } from "../../tools/simulate/simulation.js";
import { TokenBucket } from "../../tools/simulate/token-bucket.js";
import { shape } from "./shapes.js";

describe("the random numbers", () => {
  it("are the same for the same seed and others for another", () => {
    const draw = (seed: number) => Array.from({ length: 5 }, random(seed).next);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it("keep to the median, the 99th percentile and the rate that are asked for", () => {
    const numbers = random(3);
    const many = 200_000;
    const drawn = percentiles(
      Array.from({ length: many }, () => numbers.durationMs({ p50Ms: 10, p99Ms: 50 })),
    );
    expect(drawn.p50Ms).toBeGreaterThan(9.8);
    expect(drawn.p50Ms).toBeLessThan(10.2);
    expect(drawn.p99Ms).toBeGreaterThan(48);
    expect(drawn.p99Ms).toBeLessThan(52);
    const gaps = Array.from({ length: many }, () => numbers.gapMs(100));
    expect(gaps.reduce((a, b) => a + b) / many).toBeCloseTo(10, 0);
  });
});

describe("TokenBucket", () => {
  it("lets a burst go at once and then keeps to its rate", () => {
    const bucket = new TokenBucket(10, 3);
    expect([0, 0, 0, 0, 0].map((atMs) => bucket.take(atMs))).toEqual([0, 0, 0, 100, 200]);
  });

  it("fills up again, to its size and no further", () => {
    const bucket = new TokenBucket(10, 3);
    for (let request = 0; request < 3; request++) bucket.take(0);
    expect([10_000, 10_000, 10_000, 10_000].map((atMs) => bucket.take(atMs))).toEqual([
      10_000, 10_000, 10_000, 10_100,
    ]);
  });
});

describe("the steady load", () => {
  it("of 10,000 connections agrees with the sum by hand", () => {
    const load = loadOf(
      shape({ connections: 10_000, messagesPerSecond: 100, sessionMinutes: 60, pingSeconds: 300 }),
      DEFAULT_LIMITS,
      0,
    );
    const opening = 10_000 / 3_600;
    // 100 in and 2,000 out; 4 frames to connect, 2 to join, 1 to leave; a ping and a pong.
    expect(load.accountRps).toBeCloseTo(2_100 + opening * 7 + (10_000 / 300) * 2, 6);
    expect(load.newConnectionsPerSecond).toBeCloseTo(opening, 9);
    expect(load.resources[0]).toMatchObject({ name: "account requests/s", limit: 10_000 });
  });

  it("counts a broadcast to everybody as a post to each", () => {
    const quiet = shape({ connections: 3_600, messagesPerSecond: 0 });
    const rps = (announcements: number) => loadOf(quiet, DEFAULT_LIMITS, announcements).accountRps;
    expect(rps(1) - rps(0)).toBeCloseTo(1, 9);
  });

  it("asks for more of every limit as the connections grow", () => {
    const demands = (connections: number) =>
      new Map(
        loadOf(shape({ connections, messagesPerSecond: connections / 100 }), DEFAULT_LIMITS, 1).resources.map(
          ({ name, demand }) => [name, demand],
        ),
      );
    const small = demands(10_000);
    for (const [name, demand] of demands(1_000_000))
      expect(demand, name).toBeGreaterThan(small.get(name) ?? 0);
  });
});

describe("a broadcast to everybody", () => {
  const one: Announcement = {
    recipients: 100_000,
    freeRps: 10_000,
    accountBurst: 5_000,
    environments: 1_000,
    shards: 4,
    handoversAtOnce: 16,
    memoryMb: 1_024,
  };
  const run = (changes: Partial<Announcement>) => {
    const announced = announcement({ ...one, ...changes }, random(1));
    if (!announced) throw new Error("It never ends.");
    return announced;
  };
  const raised = { freeRps: 1_000_000, recipients: 300_000 };

  it("takes no less than the account's rate allows, and at most 1.3 times that", () => {
    const boundMs = (100_000 - 5_000) / 10;
    expect(run({}).maxMs).toBeGreaterThan(boundMs);
    expect(run({}).maxMs).toBeLessThan(1.3 * boundMs);
  });

  it("holds the sender's function for one page and 65 hand-overs at most, however many get it", () => {
    const [large, larger] = [run(raised), run({ ...raised, recipients: 3_000_000 })];
    for (const { handedOverMs } of [large, larger]) expect(handedOverMs).toBeLessThan(500);
    expect(run({ ...raised, handoversAtOnce: 1 }).handedOverMs).toBeGreaterThan(65 * 12);
  });

  it("is read no faster than its partitions give, and posted to no faster than it is read", () => {
    // 180 bytes a row, 4 KB a unit, 3,000 units a second a shard; the first second's are there already.
    const unitsMs = (3_000_000 * 180) / 4_096 / (4 * 3) - 1_000;
    const announced = run({ ...raised, recipients: 3_000_000, environments: 10_000 });
    expect(announced.readMs).toBeGreaterThan(unitsMs);
    expect(announced.maxMs).toBeGreaterThan(announced.readMs);
  });

  it("is faster with a higher rate and more shards, until something else holds it up", () => {
    expect(run({ freeRps: 30_000 }).maxMs).toBeLessThan(run({}).maxMs / 2);
    const million = { ...raised, recipients: 1_000_000, environments: 10_000 };
    expect(run({ ...million, freeRps: 10_000_000 }).maxMs).toBeGreaterThan(run(million).maxMs * 0.8);
    expect(run({ ...million, shards: 16 }).maxMs).toBeLessThan(run(million).maxMs / 2);
  });

  it("waits for the CPU of a single environment where there is no other", () => {
    // 0.2 ms at 1,769 MB are 0.345 ms at 1,024, for all except the sender's 500.
    expect(run({ environments: 1, freeRps: 1_000_000 }).maxMs).toBeGreaterThan(0.345 * 99_500);
  });

  it("posts to every recipient, whatever is left over for the last chunk", () => {
    const [first, second] = [run({ recipients: 500 }), run({ recipients: 501 })];
    expect(first.handedOverMs).toBeLessThan(second.handedOverMs); // one more, and there is a chunk
  });

  it("never ends where nothing is left of the rate", () => {
    expect(announcement({ ...one, freeRps: 0 }, random(1))).toBeUndefined();
  });
});

describe("Heap", () => {
  it("gives back what was put in by time", () => {
    const numbers = random(5);
    const times = Array.from({ length: 1_000 }, numbers.next);
    const heap = new Heap<{ atMs: number }>();
    for (const atMs of times) heap.push({ atMs });
    expect(heap.first?.atMs).toBe(Math.min(...times));
    expect(times.map(() => heap.pop()?.atMs)).toEqual([...times].sort((a, b) => a - b));
    expect(heap.pop()).toBeUndefined();
  });
});

describe("broadcasts to rooms", () => {
  const load = {
    messagesPerSecond: 100,
    roomsOf: 20,
    otherRps: 0,
    accountRps: 10_000,
    accountBurst: 5_000,
    isOrdered: false,
  };
  const p99Ms = (changes: Partial<typeof load>) =>
    roomBroadcasts({ ...load, ...changes }, random(1))?.p99Ms ?? 0;

  it("take as long as their ways far below the account's rate", () => {
    const idle = roomBroadcasts(load, random(1));
    expect(idle?.p50Ms).toBeGreaterThan(30); // 20 + 4 + 10 ms, and medians of sums lie a little above
    expect(idle?.p50Ms).toBeLessThan(45);
  });

  it("wait for tokens close to the rate without a burst, and for the queue in ordered mode", () => {
    expect(p99Ms({ messagesPerSecond: 460, accountBurst: 10 })).toBeGreaterThan(p99Ms({}));
    expect(p99Ms({ isOrdered: true })).toBeGreaterThan(p99Ms({}));
  });

  it("have no latency beyond the account's rate", () => {
    // 477 x 21 > 10,000.
    expect(roomBroadcasts({ ...load, messagesPerSecond: 477 }, random(1))).toBeUndefined();
    expect(roomBroadcasts({ ...load, messagesPerSecond: 476 }, random(1))).toBeDefined();
  });
});

describe("the simulation of a size", () => {
  it("finds the account's rate first at 100,000 connections, and says how much is refused", () => {
    const size = simulate(readOptions([]), 100_000);
    expect(size.broken.map(({ name }) => name)).toEqual(["account requests/s"]);
    expect(size.refused).toBeCloseTo(1 - 10_000 / size.load.accountRps, 9);
    expect(size.room).toBeUndefined();
    expect(size.reconnectSeconds).toBe(200);
  });

  it("finds nothing broken once the limits are raised to what it asked for", () => {
    const asked = ["--account-rps", "33000", "--new-connections-per-second", "500"];
    expect(simulate(readOptions(asked), 100_000)).toMatchObject({ broken: [], refused: 0 });
  });
});
