/** Posts in one of several ways. */
import { measure } from "./measure.js";
import type { PostAll, Variant } from "./protocol.js";

await measure((task) => {
  const ways: Record<Variant, () => Promise<PostAll>> = {
    "our-client": async () => (await import("./our-client.js")).ourClient(task),
    "sdk-client": async () => (await import("./aws-sample.js")).sdkClient(task),
    "raw-client": async () => (await import("./raw-client.js")).rawClient(task),
    "our-broadcast": async () => (await import("./our-broadcast.js")).ourBroadcast(task),
    "our-hand-over": async () => (await import("./our-broadcast.js")).ourHandOver(task),
    "sample-broadcast": async () => (await import("./aws-sample.js")).sampleBroadcast(task),
  };
  if (!task.variant) throw new Error("The task names no variant.");
  return ways[task.variant]();
});
