import { AppError } from "../errors.js";
import { decodeArguments, encodeArguments } from "./arguments.js";
import { type Interval, intervalMs } from "./interval.js";
import { isServer, newTask, registry } from "./registry.js";
import { runOnServer, startTimer } from "./server-timers.js";

/**
 * A task that runs once, some time later, in the place of a long `setTimeout`. Call it while the app loads,
 * and what it returns in an event:
 *
 * ```ts
 * const closeRoom = after("close-room", async (room: string) => {
 *   io.in(room).disconnectSockets();
 * });
 * await closeRoom({ minutes: 5 }, "kitchen");
 * ```
 *
 * On Lambda the arguments are stored, and the first call of a schedule after that time runs the task: up to a
 * minute late, whether or not clients are connected. **At most once**: the row is marked before the task
 * runs, so a run that fails, or whose environment dies, is not repeated; the log tells of the latter. What is
 * due for 7 days, because nothing runs, may be dropped. On a server (plain `node server.js`) it is a timer of
 * the process.
 *
 * @param name of this task alone, for good: it is stored.
 * @returns what sets it; resolves when it is stored. Its arguments are what `socket.data` may hold, up to 32
 *   KB. In the replay of a `connection` handler it does nothing, for the first run has set it.
 * @throws AppError for a name that another task has. What it returns rejects with AppError for what is no
 *   time, UnstorableValueError and ArgumentsTooLargeError.
 */
export function after<Args extends unknown[]>(
  name: string,
  run: (...args: Args) => unknown,
): (delay: Interval, ...args: Args) => Promise<void> {
  const task = newTask(name, run, "after");
  registry().delayed.set(name, task);
  return async (delay, ...args) => {
    const delayMs = intervalMs(delay, `after(${JSON.stringify(name)})`);
    const stored = encodeArguments(name, args);
    const { host } = registry();
    if (host) return host.schedule(name, delayMs, stored);
    if (!isServer())
      throw new AppError(
        `after(${JSON.stringify(name)}) was set while the app loads, and each environment would set one more. Set it in an event.`,
      );
    startTimer(delayMs, () => void runOnServer(task, decodeArguments(stored)));
  };
}
