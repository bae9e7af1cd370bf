/**
 * The most memory that an invocation takes, however large the room: the `deliver` function's, the app
 * function's that reads the room and hands it over, and one that posts to all by itself. Resident memory of
 * the process, so all of Node is in it, and the garbage that V8 has no reason to collect yet.
 */
import { DELIVER_NODE_OPTIONS } from "../../lib/node-options.js";
import { CHUNK_RECIPIENTS } from "../../runtime/delivery/chunks.js";
import { DIRECT_RECIPIENTS } from "../../runtime/rooms/fan-out.js";
import { type MockAws, startMock } from "../mock/client.js";
import type { PostingResult, PostingTask } from "../posting/protocol.js";
import { Programs } from "../programs.js";
import { atMost, type Row, type SectionOptions } from "../row.js";
import { median } from "../statistics.js";

/**
 * As Lambda starts Node in the app function, of 1,024 MB: a tenth for young objects, in two
 * halves, and the rest for old ones.
 */
const APP_FLAGS = ["--max-semi-space-size=51", "--max-old-space-size=921"];
const DELIVER_FLAGS = DELIVER_NODE_OPTIONS.split(" ");

/** So many posts an environment has made when it counts as worn in. */
const WORN_IN_POSTS = 100_000;

interface Measurement {
  readonly what: string;
  readonly source: string;
  readonly flags: readonly string[];
  readonly task: (members: number) => Pick<PostingTask, "variant" | "recipients" | "rounds">;
  /** The most memory, and how flat it has to be. */
  readonly goals: { readonly mb?: number; readonly ratio?: number };
  readonly runs: number;
  /** Default: to the largest room. */
  readonly upTo?: number;
}

const MEASUREMENTS: readonly Measurement[] = [
  {
    what: "deliver, an environment's first invocation",
    source: "posting/our-deliver.ts",
    flags: DELIVER_FLAGS,
    // However large the room, one invocation gets one chunk of it.
    task: (members) => ({ recipients: Math.min(members, CHUNK_RECIPIENTS), rounds: 1 }),
    goals: { mb: 128, ratio: 1.2 },
    runs: 3,
  },
  {
    what: `deliver, an environment after ${WORN_IN_POSTS.toLocaleString("en")} posts`,
    source: "posting/our-deliver.ts",
    flags: DELIVER_FLAGS,
    task: (members) => ({ recipients: members, rounds: WORN_IN_POSTS / members }),
    goals: { mb: 128, ratio: 1.2 },
    runs: 1,
  },
  {
    what: "app, hands over to deliver",
    source: "posting/poster.ts",
    flags: APP_FLAGS,
    task: (recipients) => ({ variant: "our-hand-over", recipients, rounds: 1 }),
    goals: { ratio: 1.25 },
    runs: 3,
  },
  {
    what: "app, posts to all itself",
    source: "posting/poster.ts",
    flags: APP_FLAGS,
    task: (recipients) => ({ variant: "our-broadcast", recipients, rounds: 1 }),
    goals: {},
    runs: 3,
    upTo: 10_000, // for more, the time of an invocation is too short
  },
];

export async function memory({ quick, progress }: SectionOptions): Promise<Row[]> {
  const programs = new Programs();
  try {
    const mock = await startMock(programs);
    const sizes = quick ? [100, 10_000] : [100, 1_000, 10_000, 100_000];
    const rows: Row[] = [];
    for (const {
      what,
      source,
      flags,
      task,
      goals,
      runs: wanted,
      upTo = Number.POSITIVE_INFINITY,
    } of MEASUREMENTS) {
      const runs = quick ? 1 : wanted;
      const row = { section: "memory", runs };
      const peaks: number[] = [];
      for (const members of sizes.filter((size) => size <= upTo)) {
        const room = `room of ${members.toLocaleString("en")}`;
        progress(`${what}, ${room}`);
        await mock.configure({ latency: undefined, postsPerSecond: undefined, members });
        const whole = { url: mock.url, warmUps: 0, deliverEnvironments: 0, ...task(members) };
        const measured: number[] = [];
        for (let run = 0; run < runs; run++) {
          measured.push((await programs.run<PostingResult>(source, whole, flags)).peakMb);
          await checkPosts(mock, whole);
        }
        const value = median(measured);
        peaks.push(value);
        const goal = goals.mb !== undefined && { goal: atMost(goals.mb, "MB", value) };
        rows.push({ ...row, what: `${what}, ${room}`, value, unit: "MB", ...goal });
      }
      const value = Math.max(...peaks) / Math.min(...peaks);
      const flat = `flat within ${Math.round(((goals.ratio ?? 1) - 1) * 100)} %`;
      const goal = goals.ratio !== undefined && { goal: atMost(goals.ratio, "times", value, flat) };
      rows.push({ ...row, what: `${what}, most to least`, value, unit: "times", ...goal });
    }
    return rows;
  } finally {
    programs.close();
  }
}

/** What posted to fewer than it should may have taken less memory than it would. */
async function checkPosts(mock: MockAws, { variant, recipients, rounds }: PostingTask): Promise<void> {
  const expected =
    variant === "our-hand-over" ? Math.min(recipients, DIRECT_RECIPIENTS) : recipients * rounds;
  const { posted } = await mock.takeStats();
  if (posted !== expected) throw new Error(`${posted} of ${expected} frames were posted.`);
}
