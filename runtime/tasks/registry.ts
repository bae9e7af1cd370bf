/**
 * The tasks that an app has registered, and what runs them. One a process, though it may have this library
 * twice: a bundle has the copy that the app imports, and the one that the function's entry does.
 */
import { AppError } from "../errors.js";
import { markCallSite, readCallSite } from "../log/call-site.js";
import type { StoredValue } from "../store/value.js";

export interface Task {
  readonly name: string;
  readonly run: (...args: never[]) => unknown;
  readonly site: Error;
  /** Epoch milliseconds. */
  readonly registeredAt: number;
}

export interface RepeatedTask extends Task {
  readonly periodMs: number;
}

/** What runs tasks in the place of this process's own timers. */
export interface TaskHost {
  /** Code of an event runs. */
  isInEvent(): boolean;
  /** Of a task that `after` has registered, with its arguments. */
  schedule(name: string, delayMs: number, args: StoredValue): Promise<void>;
}

interface Registry {
  readonly repeated: Map<string, RepeatedTask>;
  readonly delayed: Map<string, Task>;
  /** The timers of a server, by the task's name. */
  readonly timers: Map<string, () => void>;
  host: TaskHost | undefined;
}

const KEY = Symbol.for("socket.io-lambda.tasks");

export function registry(): Registry {
  const holder = globalThis as { [KEY]?: Registry };
  holder[KEY] ??= { repeated: new Map(), delayed: new Map(), timers: new Map(), host: undefined };
  return holder[KEY];
}

/** From now on `host` runs what is registered. */
export function hostTasks(host: TaskHost): void {
  const { timers } = registry();
  registry().host = host;
  for (const stop of timers.values()) stop();
  timers.clear();
}

/** A server runs its tasks by itself: plain `node server.js`. */
export function isServer(): boolean {
  return registry().host === undefined && process.env.AWS_LAMBDA_FUNCTION_NAME === undefined;
}

/** @throws AppError for a name that another task has, and in an event. */
export function newTask<Run>(name: string, run: Run, helper: "every" | "after"): Task & { run: Run } {
  const site = markCallSite();
  const { host, repeated, delayed } = registry();
  const call = `${helper}(…, ${JSON.stringify(name)}, …)`;
  if (typeof name !== "string" || name === "" || typeof run !== "function")
    throw new AppError(`${call} needs a name and a function: ${EXAMPLES[helper]}`);
  if (host?.isInEvent())
    throw new AppError(
      `${call} was called in an event, and other environments do not hear of it. Call it while the app loads.`,
    );
  const other = repeated.get(name) ?? delayed.get(name);
  // A module that is loaded again registers the same task again.
  if (other && readCallSite(other.site) !== readCallSite(site))
    throw new AppError(
      `Two tasks are called ${JSON.stringify(name)}: at ${readCallSite(other.site)} and at ${readCallSite(site)}. Give each a name of its own.`,
    );
  return { name, run, site, registeredAt: Date.now() } as unknown as Task & { run: Run };
}

const EXAMPLES = {
  every: 'every("5 minutes", "tweets", async () => { … })',
  after: 'after("close-room", async (room) => { … })',
} as const;
