/**
 * An event with an ack over the whole local stack: gateway, function in its thread, table, management API.
 */
import { connectMs, startStack } from "../local-stack.js";
import { benchFile } from "../programs.js";
import { atMost, type Goal, type Row, type SectionOptions } from "../row.js";
import { median, percentile } from "../statistics.js";

const GOAL_MS = 5;
/** Four environments may cost so much more than one. */
const GOAL_RATIO = 1.5;

export async function events({ quick, progress }: SectionOptions): Promise<Row[]> {
  const rounds = quick ? 1 : 3;
  const one: number[] = [];
  const four: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`acked events, round ${round} of ${rounds}`);
    one.push(...(await ackTimes(1, quick)));
    four.push(...(await ackTimes(4, quick)));
  }
  const row = (what: string, times: readonly number[], goal: Goal): Row => ({
    section: "events",
    what,
    value: median(times),
    p99: percentile(times, 99),
    unit: "ms",
    runs: times.length,
    goal,
  });
  const ratio = median(four) / median(one);
  return [
    row("acked event, 1 environment", one, atMost(GOAL_MS, "ms", median(one))),
    row("acked event, 4 environments", four, atMost(GOAL_RATIO, "times", ratio, "that of 1")),
  ];
}

/** One event at a time, each sent when the one before is acked. */
async function ackTimes(environments: number, quick: boolean): Promise<number[]> {
  const stack = await startStack([
    "--app",
    benchFile("apps/echo.ts"),
    "--environments",
    String(environments),
  ]);
  const client = stack.client();
  await connectMs(client);
  // Each environment has to be warm, as after some minutes of use.
  for (let i = 0; i < 200 * environments; i++) await client.emitWithAck("ask");
  const times: number[] = [];
  for (let i = 0; i < (quick ? 300 : 1_000); i++) {
    const startMs = performance.now();
    await client.emitWithAck("ask");
    times.push(performance.now() - startMs);
  }
  client.disconnect();
  await stack.stop();
  return times;
}
