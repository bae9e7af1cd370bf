/** What a post costs, and how long a broadcast takes, beside what people write today. */
import { CHUNK_RECIPIENTS } from "../../runtime/delivery/chunks.js";
import { DIRECT_RECIPIENTS } from "../../runtime/rooms/fan-out.js";
import { type MockAws, startMock } from "../mock/client.js";
import type { MockSettings } from "../mock/protocol.js";
import type {
  BroadcastsResult,
  BroadcastsTask,
  PostingResult,
  PostingTask,
  Variant,
} from "../posting/protocol.js";
import { benchFile, Programs } from "../programs.js";
import { atLeast, atMost, type Goal, type Row, type SectionOptions } from "../row.js";
import { median, percentile } from "../statistics.js";

const LATENCY = { p50Ms: 10, p99Ms: 50 };
const ACCOUNT_RPS = 10_000;
/** Of `deliver`: as many as a broadcast to 10,000 has chunks. */
const ENVIRONMENTS = Math.ceil((10_000 - DIRECT_RECIPIENTS) / CHUNK_RECIPIENTS);

const LARGE = { latency: LATENCY, postsPerSecond: ACCOUNT_RPS, members: 100_000 };
const CROWDED = { ...LARGE, members: 1_000 };

interface Broadcasts {
  /** Of each, from its emit to its first and its last recipient. */
  readonly firstMs: readonly number[];
  readonly lastMs: readonly number[];
  /** Posts a second, to the account's limit, from the first emit to the last recipient. */
  readonly goodput: number;
  /** 429s a post. */
  readonly refused: number;
  /** 1: all took alike; 1 / n: one took all the time (Jain, Chiu, Hawe: DEC-TR-301, 1984). */
  readonly fairness: number;
}

/** Each second one of each app environment, by which nobody knows of the others. */
async function broadcasts(
  programs: Programs,
  mock: MockAws,
  load: Pick<BroadcastsTask, "apps" | "seconds" | "isStaggered">,
  settings: MockSettings & { readonly postsPerSecond: number },
  progress: SectionOptions["progress"],
): Promise<Broadcasts> {
  const { apps, seconds, isStaggered } = load;
  progress(
    `${apps * seconds} broadcasts to ${settings.members.toLocaleString("en")}, ${isStaggered ? "staggered" : "at once"}`,
  );
  const deliverWorker = programs.compiled({ entry: benchFile("posting/deliver-worker.ts") });
  await mock.configure(settings);
  const task: BroadcastsTask = { ...load, url: mock.url, deliverEnvironments: 200, deliverWorker };
  const { emittedMs } = await programs.run<BroadcastsResult>("posting/our-broadcasts.ts", task);
  const stats = await mock.takeStats();
  const expected = settings.members * apps * seconds;
  if (stats.posted !== expected || stats.broadcasts.some(({ posted }) => posted !== settings.members)) {
    throw new Error(`${stats.posted} of ${expected} frames were posted, or not to each once.`);
  }
  const timesOf = (end: "firstMs" | "lastMs") =>
    stats.broadcasts.map((broadcast) => broadcast[end] - (emittedMs[broadcast.name] ?? Number.NaN));
  const lastMs = timesOf("lastMs");
  const sum = lastMs.reduce((a, b) => a + b, 0);
  const spanMs =
    Math.max(...stats.broadcasts.map((one) => one.lastMs)) - Math.min(...Object.values(emittedMs));
  return {
    firstMs: timesOf("firstMs"),
    lastMs,
    goodput: stats.posted / (spanMs / 1000) / settings.postsPerSecond,
    refused: stats.throttled / stats.posted,
    fairness: sum ** 2 / (lastMs.length * lastMs.reduce((a, b) => a + b * b, 0)),
  };
}

export async function posting({ quick, progress }: SectionOptions): Promise<Row[]> {
  const programs = new Programs();
  try {
    const mock = await startMock(programs);
    const runs = quick ? 3 : 9;
    const deliverWorker = programs.compiled({ entry: benchFile("posting/deliver-worker.ts") });

    const run = async (
      variant: Variant,
      settings: MockSettings,
      more: Partial<PostingTask> = {},
    ): Promise<PostingResult> => {
      const task: PostingTask = {
        variant,
        url: mock.url,
        recipients: settings.members,
        warmUps: 2,
        rounds: runs,
        deliverEnvironments: 0,
        ...more,
      };
      progress(`${variant} to ${settings.members.toLocaleString("en")}`);
      await mock.configure(settings);
      const result = await programs.run<PostingResult>("posting/poster.ts", task);
      const { posted, reached } = await mock.takeStats();
      const expected = settings.members * (task.rounds + task.warmUps);
      if (posted !== expected || reached !== settings.members) {
        throw new Error(`${variant} posted ${posted} of ${expected} frames, to ${reached} connections.`);
      }
      return result;
    };

    const raw = { latency: undefined, postsPerSecond: undefined, members: 2_000 };
    const perCpuSecond = async (variant: Variant) => {
      const { rounds } = await run(variant, raw);
      return median(rounds.map(({ cpuMs }) => raw.members / (cpuMs / 1000)));
    };
    const ours = await perCpuSecond("our-client");
    const sdk = await perCpuSecond("sdk-client");
    const unsigned = await perCpuSecond("raw-client");
    const row = (what: string, value: number, unit: Row["unit"], goal?: Goal): Row => ({
      section: "posting",
      what,
      value,
      unit,
      runs,
      ...(goal && { goal }),
    });
    const timed = (what: string, { rounds }: PostingResult, goal?: (value: number) => Goal): Row => {
      const times = rounds.map(({ ms }) => ms);
      const value = median(times);
      return { ...row(what, value, "ms", goal?.(value)), p99: percentile(times, 99) };
    };

    const unlimited = { latency: LATENCY, postsPerSecond: undefined, members: 1_000 };
    const sample = await run("sample-broadcast", unlimited);
    const third = Math.round(median(sample.rounds.map(({ ms }) => ms)) / 3);
    const ownThousand = await run("our-broadcast", unlimited);

    const rawThousand = { ...raw, members: 1_000 };
    const sampleRaw = await run("sample-broadcast", rawThousand);
    const ownRaw = await run("our-broadcast", rawThousand);
    const rawThird = Math.round(median(sampleRaw.rounds.map(({ ms }) => ms)) / 3);

    const limited = { latency: LATENCY, postsPerSecond: ACCOUNT_RPS, members: 10_000 };
    const boundMs = (members: number, rps: number) => (members / rps) * 1000 + LATENCY.p50Ms;
    const within = (members: number, rps: number) => (value: number) =>
      atMost(Math.round(boundMs(members, rps) * 1.3), "ms", value, "1.3 times the bound");
    const few = { rounds: quick ? 2 : 5, warmUps: 1 };
    const alone = await run("our-broadcast", limited, few);
    const fannedOut = await run("our-broadcast", limited, {
      ...few,
      deliverEnvironments: ENVIRONMENTS,
      deliverWorker,
    });
    const slowRps = 2_000;
    const slow = await run(
      "our-broadcast",
      { ...limited, postsPerSecond: slowRps },
      { rounds: quick ? 1 : 3, warmUps: 1, deliverEnvironments: ENVIRONMENTS, deliverWorker },
    );

    const oneLarge = await broadcasts(
      programs,
      mock,
      { apps: 1, seconds: 2, isStaggered: false },
      LARGE,
      progress,
    );
    const many = { apps: 10, seconds: quick ? 3 : 25 };
    const staggered = await broadcasts(programs, mock, { ...many, isStaggered: true }, CROWDED, progress);
    const atOnce = await broadcasts(programs, mock, { ...many, isStaggered: false }, CROWDED, progress);
    const crowded = (how: string, { goodput, refused, fairness }: Broadcasts): Row[] => {
      const what = `10 broadcasts/s to 1,000 at 10,000 rps, ${how}`;
      return [
        row(`${what}: of the rate`, goodput * 100, "%", atLeast(95, "%", goodput * 100)),
        row(`${what}: 429s a post`, refused * 100, "%", atMost(10, "%", refused * 100)),
        row(`${what}: Jain's index of their times`, fairness, "of 1", atLeast(0.85, "of 1", fairness)),
      ];
    };
    const largeMs = oneLarge.lastMs[1] ?? Number.NaN;
    const firstMs = oneLarge.firstMs[1] ?? Number.NaN;
    const largeGoal = Math.round(boundMs(LARGE.members, ACCOUNT_RPS) * 1.15);

    return [
      row("baseline (a), PostToConnectionCommand", sdk, "posts/CPU-s"),
      row("baseline (b), unsigned HTTP", unsigned, "posts/CPU-s"),
      row("managementApi()", ours, "posts/CPU-s"),
      row("managementApi() to (a)", ours / sdk, "times", atLeast(4, "times", ours / sdk)),
      row("managementApi() to (b)", ours / unsigned, "times", atLeast(0.5, "times", ours / unsigned)),
      timed("baseline (a), Scan and Promise.all, to 1,000, latency of AWS", sample),
      timed("broadcast to 1,000, latency of AWS", ownThousand, (ms) => atMost(third, "ms", ms, "1/3 of (a)")),
      timed("baseline (a) to 1,000, no latency", sampleRaw),
      timed("broadcast to 1,000, no latency", ownRaw, (ms) => atMost(rawThird, "ms", ms, "1/3 of (a)")),
      timed("broadcast to 10,000 at 10,000 rps, one invocation", alone),
      timed(
        `broadcast to 10,000 at 10,000 rps, deliver in ${ENVIRONMENTS} environments`,
        fannedOut,
        within(limited.members, ACCOUNT_RPS),
      ),
      timed(
        `broadcast to 10,000 at 2,000 rps, deliver in ${ENVIRONMENTS} environments`,
        slow,
        within(limited.members, slowRps),
      ),
      row(
        "broadcast to 100,000 at 10,000 rps, deliver in two levels",
        largeMs,
        "ms",
        atMost(largeGoal, "ms", largeMs, "1.15 times the bound"),
      ),
      row("its first recipient, after the emit", firstMs, "ms", atMost(50, "ms", firstMs)),
      row("its 429s a post", oneLarge.refused * 100, "%"),
      ...crowded("staggered", staggered),
      ...crowded("at once", atOnce),
    ];
  } finally {
    programs.close();
  }
}
