/**
 * The schedule calls once a minute: for the heartbeat and for the app's tasks, side by side, so that neither
 * waits for the other.
 */
import type { Runtime } from "../runtime.js";
import { beat } from "./heartbeat.js";

/** `at`: only tasks, as if it were then. Rejects where the heartbeat does, when the tasks have ended. */
export async function onTick(runtime: Runtime, leftMs: () => number, at?: number): Promise<void> {
  const tasks = runtime.tasks.tick(leftMs, at);
  try {
    if (at === undefined) await beat(runtime.backend, runtime.heartbeat, runtime.connectTimeoutMs);
  } finally {
    await tasks;
  }
}
