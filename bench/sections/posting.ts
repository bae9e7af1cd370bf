/** What a post costs, and how long a broadcast takes, beside what people write today. */
import { CHUNK_RECIPIENTS } from "../../runtime/delivery/chunks.js";
import { DIRECT_RECIPIENTS } from "../../runtime/rooms/fan-out.js";
import { startMock } from "../mock/client.js";
import type { MockSettings } from "../mock/protocol.js";
import type { PostingResult, PostingTask, Variant } from "../posting/protocol.js";
import { benchFile, Programs } from "../programs.js";
import { atLeast, atMost, type Goal, type Row, type SectionOptions } from "../row.js";
import { median, percentile } from "../statistics.js";

const LATENCY = { p50Ms: 10, p99Ms: 50 };
const ACCOUNT_RPS = 10_000;
/** Of `deliver`: as many as a broadcast to 10,000 has chunks. */
const ENVIRONMENTS = Math.ceil((10_000 - DIRECT_RECIPIENTS) / CHUNK_RECIPIENTS);

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
    ];
  } finally {
    programs.close();
  }
}
