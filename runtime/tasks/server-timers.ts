/** Tasks on a server, which has no schedule: this process's own timers. */
import { reportError } from "../log/log.js";
import type { Task } from "./registry.js";

/** What Node's timers take at most: 24.8 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls `fire` after `ms`, or never where what it returns is called before. */
export function startTimer(ms: number, fire: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (leftMs: number) => {
    const stepMs = Math.min(leftMs, LONGEST_TIMER_MS);
    timer = setTimeout(() => (leftMs > stepMs ? wait(leftMs - stepMs) : fire()), stepMs);
  };
  wait(ms);
  return () => clearTimeout(timer);
}

/** What a task throws is reported, as on Lambda, and does not end the process. */
export async function runOnServer({ name, run }: Task, args: readonly unknown[] = []): Promise<void> {
  try {
    await run(...(args as never[]));
  } catch (error) {
    reportError("task", error, name);
  }
}
