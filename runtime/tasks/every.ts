import { AppError } from "../errors.js";
import { type Interval, intervalMs, MINUTE_MS } from "./interval.js";
import { isServer, newTask, registry } from "./registry.js";
import { runOnServer, startTimer } from "./server-timers.js";

/**
 * Runs a task again and again, in the place of `setInterval`. Call it while the app loads.
 *
 * ```ts
 * every("5 minutes", "tweets", async () => {
 *   io.emit("tweets", await latest());
 * });
 * ```
 *
 * On Lambda a schedule calls once a minute, whether or not clients are connected; each run is claimed by a
 * write, so however many environments there are, the task runs once a period: for the first time one period
 * after it was deployed. A run has what is left of the function's `timeout`. One that fails, or whose
 * environment dies, is not repeated: the next period has its own. On a server (plain `node server.js`) it is
 * a timer of the process.
 *
 * @param interval whole minutes: `"5 minutes"`, `{ hours: 1 }`, or a number of milliseconds.
 * @param name of this task alone, for good: it is stored.
 * @throws AppError for less than a minute, a part of one, or a name that another task has.
 */
export function every(interval: Interval, name: string, run: () => unknown): void {
  const periodMs = intervalMs(interval, "every()");
  if (periodMs < MINUTE_MS || periodMs % MINUTE_MS !== 0)
    throw new AppError(
      `every(${JSON.stringify(interval)}, ${JSON.stringify(name)}) is not possible: a schedule calls once a minute, so use whole minutes, from "1 minute". For what has to come sooner, send it when something changes, let clients ask for it, or run a process of your own (docs/timers.md).`,
    );
  const task = { ...newTask(name, run, "every"), periodMs };
  registry().repeated.set(name, task);
  if (!isServer()) return;
  const { timers } = registry();
  timers.get(name)?.();
  const next = () => {
    const stop = startTimer(periodMs, () => {
      next();
      void runOnServer(task);
    });
    timers.set(name, stop);
  };
  next();
}
