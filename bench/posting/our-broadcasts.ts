/**
 * Broadcasts of several environments of the app function, each one a second. An environment runs one event at
 * a time, and has a client of its own: none knows what the others post.
 */
import { setTimeout as delay } from "node:timers/promises";
import { deliverEnvironments } from "./deliver-environments.js";
import { prepare } from "./our-broadcast.js";
import type { BroadcastsResult, BroadcastsTask } from "./protocol.js";

const task: BroadcastsTask = JSON.parse(process.argv[2] ?? "");
const { url, apps, seconds, isStaggered } = task;
const deliver = deliverEnvironments(task.deliverEnvironments, task.deliverWorker, url);
const emittedMs: Record<string, number> = {};
const note = (name: string) => {
  emittedMs[name] = performance.timeOrigin + performance.now();
};

const broadcasts = Array.from({ length: apps }, async (_, app) => {
  const broadcast = prepare(url, async (event) => deliver.invoke(event), note);
  const startMs = performance.now() + (isStaggered ? (app * 1000) / apps : 0);
  for (let second = 0; second < seconds; second++) {
    const leftMs = startMs + second * 1000 - performance.now();
    if (leftMs > 0) await delay(leftMs);
    await broadcast(`${app}-${second}`);
    if (apps === 1) await deliver.idle(); // the first warms up for the next
  }
});
await Promise.all(broadcasts);
await deliver.idle();
process.send?.({ emittedMs } satisfies BroadcastsResult, () => process.exit(0));
