/**
 * The most memory that an invocation takes, however large the room: the `deliver` function's, the app function's that reads the
 * room and hands it over, and one that posts to all by itself. Resident memory of the process, so all of Node is in it, and
 * the garbage that V8 has no reason to collect yet.
 */
import { startMock } from "../mock/client.js";
import type { PostingResult, PostingTask, Variant } from "../posting/protocol.js";
import { Programs } from "../programs.js";
import { atMost, type Row, type SectionOptions } from "../row.js";
import { median } from "../statistics.js";

const GOAL_MB = 128;
const GOAL_RATIO = 1.2;

/** As Lambda starts Node in a function of 128 MB: a tenth for young objects, in two halves, and the rest for old ones. */
const FLAGS = ["--max-semi-space-size=6", "--max-old-space-size=116"];

const INVOCATIONS: readonly {
  readonly variant: Variant;
  readonly what: string;
  readonly hasGoal: boolean;
}[] = [
  { variant: "our-deliver", what: "deliver, members", hasGoal: true },
  { variant: "our-hand-over", what: "app, hands over to deliver, members", hasGoal: true },
  { variant: "our-broadcast", what: "app, posts to all itself, members", hasGoal: false },
];

export async function memory({ quick, progress }: SectionOptions): Promise<Row[]> {
  const programs = new Programs();
  try {
    const mock = await startMock(programs);
    const runs = quick ? 1 : 3;
    const sizes = quick ? [100, 10_000] : [100, 1_000, 10_000, 100_000];
    const rows: Row[] = [];
    for (const { variant, what, hasGoal } of INVOCATIONS) {
      const peaks: number[] = [];
      for (const recipients of sizes) {
        progress(`${what} ${recipients.toLocaleString("en")}`);
        await mock.configure({ latency: undefined, postsPerSecond: undefined, members: recipients });
        const measured: number[] = [];
        for (let run = 0; run < runs; run++) {
          const once = { url: mock.url, recipients, warmUps: 0, rounds: 1, deliverEnvironments: 0 };
          const task: PostingTask = { variant, ...once };
          measured.push((await programs.run<PostingResult>("posting/poster.ts", task, FLAGS)).peakMb);
        }
        const value = median(measured);
        peaks.push(value);
        rows.push({
          section: "memory",
          what: `${what}: ${recipients.toLocaleString("en")}`,
          value,
          unit: "MB",
          runs,
          ...(hasGoal && { goal: atMost(GOAL_MB, "MB", value) }),
        });
      }
      const ratio = Math.max(...peaks) / Math.min(...peaks);
      rows.push({
        section: "memory",
        what: `${what}: most to least`,
        value: ratio,
        unit: "times",
        runs,
        ...(hasGoal && { goal: atMost(GOAL_RATIO, "times", ratio, "flat within 20 %") }),
      });
    }
    return rows;
  } finally {
    programs.close();
  }
}
