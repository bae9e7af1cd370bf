/** A process that posts to many connections, and says what it took. */
import { readFileSync } from "node:fs";
import type { PostAll, PostingResult, PostingRound, PostingTask } from "./protocol.js";

/** Does the task that this process was started with, and ends it. */
export async function measure(prepare: (task: PostingTask) => Promise<PostAll>): Promise<void> {
  const task: PostingTask = JSON.parse(process.argv[2] ?? "");
  const postAll = await prepare(task);
  for (let i = 0; i < task.warmUps; i++) await postAll();
  const rounds: PostingRound[] = [];
  for (let i = 0; i < task.rounds; i++) rounds.push(await round(postAll));
  process.send?.({ rounds, peakMb: peakKb() / 1024 } satisfies PostingResult, () => process.exit(0));
}

async function round(post: PostAll): Promise<PostingRound> {
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  await post();
  const { user, system } = process.cpuUsage(startCpu);
  return { ms: performance.now() - startMs, cpuMs: (user + system) / 1000 };
}

/**
 * On Linux `maxRSS` begins with what the parent had when it forked (the kernel keeps it
 * over `exec`), so it is read where it belongs to this program alone. In kilobytes; macOS
 * and Linux agree on that since libuv 1.45.
 */
function peakKb(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS;
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
}
