/**
 * Runs the tasks of an app on Lambda: `every` and `after`. The schedule that the heartbeat has anyhow calls
 * once a minute, in some environment; each run is claimed by a conditional write, so a call that comes twice,
 * or late, runs nothing twice.
 *
 * Price: of `every`, a write for each run, and a read for each environment and period. Of `after`, a query
 * a minute for each name; a write of its arguments, one as it begins and one as it ends. Without tasks:
 * nothing.
 */
import { sideBySide } from "../async/side-by-side.js";
import { currentScope, isReplaying } from "../connection/scope.js";
import { ENV } from "../contract.js";
import { LostRunError } from "../errors.js";
import { reportError } from "../log/log.js";
import type { Runtime } from "../runtime.js";
import type { DelayedRun, TaskStore } from "../store/task-store.js";
import type { StoredValue } from "../store/value.js";
import { decodeArguments } from "./arguments.js";
import { type RepeatedTask, registry, type Task } from "./registry.js";
import { currentTask, TaskRun } from "./task-run.js";

const MINUTE_MS = 60_000;

/** No invocation lives so long. */
const LOST_AFTER_MS = 15 * MINUTE_MS;
const AT_ONCE = 10;

/** A run is not begun with less time: the next call has more. */
const LEAST_MS = 1_000;

/** Longer than any row is needed, were its app deployed again after a pause. */
const KEPT_MS = 7 * 24 * 60 * MINUTE_MS;

/** Those of one server; registered are those of the process. */
export class Tasks {
  /** How long a minute of the schedule takes: on a local stack it may be shorter. */
  readonly #minuteMs = Number(process.env[ENV.tickMs] ?? MINUTE_MS);
  /** By name, when a repeated task has last run, as far as this environment knows. */
  readonly #lastRuns = new Map<string, number>();
  /** How far the test kit is ahead of the clock. */
  #aheadMs = 0;

  constructor(private readonly runtime: Runtime) {}

  /** Stores a run of a task. */
  schedule(name: string, delayMs: number, args: StoredValue): Promise<void> {
    if (isReplaying()) return Promise.resolve(); // the first run of the handler has done it
    const due = this.#now() + this.#scaled(delayMs);
    const scheduled = this.#store.schedule(name, due, args);
    const label = `storing a run of ${name}`;
    currentTask()?.track(label, scheduled);
    currentScope()?.work.track(label, scheduled);
    return scheduled;
  }

  /** The schedule calls; `at`: what time it is, in epoch milliseconds. Reports what fails; never rejects. */
  async tick(leftMs: () => number, at?: number): Promise<void> {
    if (at !== undefined) this.#aheadMs = at - Date.now();
    const now = this.#now();
    const { repeated, delayed } = registry();
    const repeating = [...repeated.values()].map((task) => () => this.#runRepeated(task, now, leftMs));
    const delaying = [...delayed.values()].map((task) => () => this.#runDelayed(task, now, leftMs));
    await Promise.all(
      [...repeating, ...delaying].map((run) => run().catch((error) => reportError("task", error))),
    );
  }

  async #runRepeated(task: RepeatedTask, now: number, leftMs: () => number): Promise<void> {
    if (leftMs() < LEAST_MS || !(await this.#claims(task, now))) return;
    await this.#run(task, leftMs, []);
  }

  /** Whether a period is over, and nobody else has it. Another environment may have had the one before. */
  async #claims(task: RepeatedTask, now: number): Promise<boolean> {
    const { name } = task;
    const periodMs = this.#scaled(task.periodMs);
    const keptMs = 2 * periodMs + KEPT_MS;
    for (let known = this.#lastRuns.get(name); ; known = undefined) {
      const last = known ?? (await this.#store.lastRun(name)) ?? (await this.#firstSeen(task, keptMs));
      if (last === undefined) return false; // it is being seen somewhere else
      this.#lastRuns.set(name, last);
      // A schedule is not punctual: half a minute less.
      if (now < last + periodMs - this.#minuteMs / 2) return false;
      const isOurs = await this.#store.claimRun(name, last, now, keptMs);
      if (isOurs) this.#lastRuns.set(name, now);
      if (isOurs || known === undefined) return isOurs;
    }
  }

  async #firstSeen({ name, registeredAt }: RepeatedTask, keptMs: number): Promise<number | undefined> {
    return (await this.#store.claimRun(name, undefined, registeredAt, keptMs)) ? registeredAt : undefined;
  }

  async #runDelayed(task: Task, now: number, leftMs: () => number): Promise<void> {
    for (;;) {
      const due = await this.#store.dueRuns(task.name, now);
      const free = due.filter(({ takenAt }) => takenAt === undefined);
      for (const run of due) await this.#tellIfLost(task.name, run);
      await sideBySide(free, AT_ONCE, async ({ id, args }) => {
        if (leftMs() < LEAST_MS || !(await this.#store.takeRun(task.name, id))) return;
        await this.#run(task, leftMs, decodeArguments(args));
        await this.#store.endRun(task.name, id);
      });
      if (free.length === 0 || leftMs() < LEAST_MS) return; // the next call goes on
    }
  }

  /** Its environment has died over it. */
  async #tellIfLost(name: string, { id, takenAt = Number.POSITIVE_INFINITY }: DelayedRun): Promise<void> {
    if (Date.now() < takenAt + LOST_AFTER_MS) return;
    reportError("task", new LostRunError(name), name);
    await this.#store.endRun(name, id);
  }

  #run(task: Task, leftMs: () => number, args: readonly unknown[]): Promise<void> {
    return new TaskRun(this.runtime, task.name).run(() => task.run(...(args as never[])), leftMs());
  }

  get #store(): TaskStore {
    return this.runtime.backend.tasks;
  }

  #scaled(ms: number): number {
    return (ms / MINUTE_MS) * this.#minuteMs;
  }

  #now(): number {
    return Date.now() + this.#aheadMs;
  }
}
