/** A process that posts to many connections in one of several ways, and says what it took. */
import type { PostAll, PostingResult, PostingRound, PostingTask, Variant } from "./protocol.js";

const task: PostingTask = JSON.parse(process.argv[2] ?? "");
const postAll = await prepare(task);
for (let i = 0; i < task.warmUps; i++) await postAll();
const rounds: PostingRound[] = [];
for (let i = 0; i < task.rounds; i++) rounds.push(await measure(postAll));
// Kilobytes; macOS and Linux agree since libuv 1.45.
const peakMb = process.resourceUsage().maxRSS / 1024;
process.send?.({ rounds, peakMb } satisfies PostingResult, () => process.exit(0));

async function measure(post: PostAll): Promise<PostingRound> {
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  await post();
  const { user, system } = process.cpuUsage(startCpu);
  return { ms: performance.now() - startMs, cpuMs: (user + system) / 1000 };
}

/** Each way in a module of its own, loaded only where it is used: the memory of the others would count. */
async function prepare(asked: PostingTask): Promise<PostAll> {
  const ways: Record<Variant, () => Promise<PostAll>> = {
    "our-client": async () => (await import("./our-client.js")).ourClient(asked),
    "sdk-client": async () => (await import("./aws-sample.js")).sdkClient(asked),
    "raw-client": async () => (await import("./raw-client.js")).rawClient(asked),
    "our-broadcast": async () => (await import("./our-broadcast.js")).ourBroadcast(asked),
    "our-hand-over": async () => (await import("./our-broadcast.js")).ourHandOver(asked),
    "our-deliver": async () => (await import("./our-deliver.js")).ourDeliver(asked),
    "sample-broadcast": async () => (await import("./aws-sample.js")).sampleBroadcast(asked),
  };
  return ways[asked.variant]();
}
