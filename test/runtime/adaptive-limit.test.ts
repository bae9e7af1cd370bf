/** Functions that know nothing of each other share an account's rate. In virtual time, with real limits. */
import { randomInt } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type LatencyShape, latencies } from "../../bench/mock/latency.js";
import { AdaptiveLimit, type Clock } from "../../runtime/delivery/adaptive-limit.js";
import { DELIVER_LIMITS } from "../../runtime/delivery/deliver-chunk.js";
import { Heap } from "../../tools/simulate/heap.js";
import { random } from "../../tools/simulate/random.js";

const LATENCY: LatencyShape = { p50Ms: 10, p99Ms: 50 };

/** Time that jumps to what comes next, when nothing is left to do now. */
class VirtualTime implements Clock {
  #nowMs = 0;
  readonly #tasks = new Heap<{ readonly atMs: number; readonly task: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, task: () => void): void {
    this.#tasks.push({ atMs: this.#nowMs + Math.max(ms, 0), task });
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Ends when nothing is left to come. */
  async run(): Promise<void> {
    for (let next = this.#tasks.pop(); next; next = this.#tasks.pop()) {
      this.#nowMs = next.atMs;
      next.task();
      await new Promise(setImmediate);
    }
  }
}

/** API Gateway: a token bucket, with the burst of 10 ms that the benchmark has. */
class Account {
  posted = 0;
  refused = 0;
  lastMs = 0;
  readonly latencyMs: () => number;
  #tokens: number;
  #filledMs = 0;

  constructor(
    private readonly time: VirtualTime,
    private readonly perSecond: number,
    seed: number,
  ) {
    this.#tokens = this.#burst;
    this.latencyMs = latencies(LATENCY, seed);
  }

  get #burst(): number {
    return Math.max(this.perSecond / 100, 1);
  }

  /** False: 429. */
  async post(): Promise<boolean> {
    const now = this.time.now();
    const filled = this.#tokens + ((now - this.#filledMs) / 1000) * this.perSecond;
    this.#tokens = Math.min(filled, this.#burst);
    this.#filledMs = now;
    const isAdmitted = this.#tokens >= 1;
    if (isAdmitted) this.#tokens--;
    await this.time.pause(this.latencyMs());
    if (isAdmitted) this.posted++;
    else this.refused++;
    this.lastMs = this.time.now();
    return isAdmitted;
  }
}

let numbers: ReturnType<typeof random>;
const seed = randomInt(2 ** 31);

beforeEach(() => {
  numbers = random(seed);
  vi.spyOn(Math, "random").mockImplementation(() => numbers.next());
});
afterEach(() => vi.restoreAllMocks());

/** What `managementApi` and `deliver` do: so many members under way, each tried again behind a pause. */
async function postTo(
  members: number,
  atOnce: number,
  limit: AdaptiveLimit,
  account: Account,
  time: VirtualTime,
): Promise<void> {
  let left = members;
  const work = async () => {
    while (left-- > 0) {
      for (let tries = 0; ; tries++) {
        const isPosted = await limit.run(async () => {
          const sentMs = time.now();
          const isAdmitted = await account.post();
          if (isAdmitted) limit.succeeded(time.now() - sentMs);
          else limit.throttled();
          return isAdmitted;
        }, tries > 0);
        if (isPosted) break;
        await time.pause(numbers.next() * Math.min(25 * 2 ** tries, 800));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, members) }, work));
}

const deliverLimit = (time: VirtualTime) =>
  new AdaptiveLimit(DELIVER_LIMITS.concurrency, DELIVER_LIMITS.maxConcurrency, time);

/** 1: all alike; 1 / n: one has everything (Jain, Chiu, Hawe: DEC-TR-301, 1984). */
function jainIndex(values: readonly number[]): number {
  const sum = values.reduce((a, b) => a + b, 0);
  return sum ** 2 / (values.length * values.reduce((a, b) => a + b * b, 0));
}

describe(`functions that share 10,000 posts a second (seed ${seed})`, () => {
  // The last ones to end cannot use it all: that is half a second of four seconds.
  it.each([
    [5, { used: 0.8, refused: 0.1, fair: 0.9 }],
    [50, { used: 0.8, refused: 0.2, fair: 0.9 }],
    [200, { used: 0.7, refused: 0.4, fair: 0.8 }],
  ])("%i of them use it, are refused seldom, and end alike", async (functions, goals) => {
    const time = new VirtualTime();
    const account = new Account(time, 10_000, seed);
    const each = 40_000 / functions;
    const ended = Array.from({ length: functions }, async () => {
      await postTo(each, 64, deliverLimit(time), account, time);
      return time.now();
    });
    await time.run();
    const times = await Promise.all(ended);
    expect(account.posted).toBe(40_000);
    expect(40_000 / account.lastMs).toBeGreaterThan(10 * goals.used);
    expect(account.refused / account.posted).toBeLessThan(goals.refused);
    expect(jainIndex(times)).toBeGreaterThan(goals.fair);
  });
});

describe(`10 broadcasts a second to a room of 1,000 at 10,000 posts a second (seed ${seed})`, () => {
  const SECONDS = 15;

  /** Each app environment posts to 500 itself, and `deliver` to the others. */
  async function run(isStaggered: boolean) {
    const time = new VirtualTime();
    const account = new Account(time, 10_000, seed);
    const free: AdaptiveLimit[] = [];
    const deliver = async () => {
      await time.pause(40);
      const limit = free.pop() ?? deliverLimit(time);
      await postTo(500, 64, limit, account, time);
      free.push(limit);
    };
    const times: number[] = [];
    for (let app = 0; app < 10; app++) {
      const limit = new AdaptiveLimit(undefined, undefined, time);
      const atMs = isStaggered ? app * 100 : 0;
      void (async () => {
        for (let second = 0; second < SECONDS; second++) {
          await time.pause(atMs + second * 1_000 - time.now());
          const emittedMs = time.now();
          const here = postTo(500, 500, limit, account, time);
          void Promise.all([here, deliver()]).then(() => times.push(time.now() - emittedMs));
          await here; // an environment runs one event at a time
        }
      })();
    }
    await time.run();
    expect(account.posted).toBe(SECONDS * 10_000);
    return {
      goodput: account.posted / (account.lastMs * 10),
      refused: account.refused / account.posted,
      fairness: jainIndex(times),
    };
  }

  // All are posted in 15 s and what the last broadcast takes: half a second is 3 %.
  it.each([
    ["one after another", true],
    ["all at once", false],
  ])("%s: no storm of 429s, and each takes about as long as the others", async (_, isStaggered) => {
    const { goodput, refused, fairness } = await run(isStaggered);
    expect(goodput).toBeGreaterThan(0.95);
    expect(refused).toBeLessThan(0.1);
    expect(fairness).toBeGreaterThan(0.85);
  });
});

describe("a function alone", () => {
  it("is not held up where nobody refuses it", async () => {
    const time = new VirtualTime();
    const account = new Account(time, 1e9, seed);
    const limit = new AdaptiveLimit(undefined, undefined, time);
    void postTo(10_000, 10_000, limit, account, time);
    await time.run();
    // 128 at once, and a place more each round.
    expect(limit.current).toBeGreaterThan(170);
    expect(account.lastMs).toBeLessThan((10_000 / 128) * 13);
  });

  it("goes on below a post at once where others take the rate, and comes back when they end", async () => {
    const time = new VirtualTime();
    const limit = new AdaptiveLimit(16, 40, time);
    for (let refusals = 0; refusals < 30; refusals++) limit.throttled();
    expect(limit.current).toBe(1);
    const account = new Account(time, 20, seed);
    void postTo(40, 64, limit, account, time);
    await time.run();
    expect(account.posted).toBe(40);
    expect(account.refused).toBeLessThan(40);

    const free = new Account(time, 1e9, seed);
    const beganMs = time.now();
    void postTo(2_000, 64, limit, free, time);
    await time.run();
    expect(free.lastMs - beganMs).toBeLessThan(3_000);
    expect(limit.current).toBeGreaterThan(16);
  });

  it("pauses for no longer than a quarter of a second, with jitter, however far away the host is", async () => {
    const time = new VirtualTime();
    const limit = new AdaptiveLimit(16, 40, time);
    for (let successes = 0; successes < 200; successes++) limit.succeeded(1_000);
    for (let refusals = 0; refusals < 300; refusals++) limit.throttled();
    let beganMs = Number.POSITIVE_INFINITY;
    void limit.run(async () => {
      beganMs = time.now();
    });
    await time.run();
    expect(beganMs).toBeLessThanOrEqual(375);
  });

  it("forgets what it was refused for a while ago", async () => {
    const time = new VirtualTime();
    const limit = new AdaptiveLimit(16, 40, time);
    for (let refusals = 0; refusals < 30; refusals++) limit.throttled();
    time.after(2_000, () => void limit.run(async () => {}));
    await time.run();
    expect(limit.current).toBe(16);
  });

  it("tries those first that were refused", async () => {
    const time = new VirtualTime();
    const limit = new AdaptiveLimit(1, 1, time);
    const order: string[] = [];
    const task = (name: string) => async () => {
      order.push(name);
      await time.pause(1);
    };
    void limit.run(task("first"));
    void limit.run(task("new"));
    void limit.run(task("again"), true);
    await time.run();
    expect(order).toEqual(["first", "again", "new"]);
  });
});
