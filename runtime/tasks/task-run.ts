/**
 * One run of a task: what it sends is awaited, as in an event. But no client has sent it, so it has no socket
 * of its own, and everybody else's is found in the table.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Backend } from "../backend.js";
import { beforeDeadline } from "../connection/deadline.js";
import { Outbox, type Step } from "../connection/outbox.js";
import { postErrorHandler } from "../connection/reap.js";
import type { Sender } from "../connection/sender.js";
import { DeadlineError } from "../errors.js";
import { reportError, type Stage } from "../log/log.js";
import type { Runtime } from "../runtime.js";
import { PendingWork } from "../user-code/pending-work.js";

const storage = new AsyncLocalStorage<TaskRun>();

/** The run whose code this is, while it is under way. */
export function currentTask(): TaskRun | undefined {
  const run = storage.getStore();
  return run?.isReleased === false ? run : undefined;
}

export class TaskRun implements Sender {
  readonly backend: Backend;
  readonly outbox: Outbox;
  readonly event = undefined;
  readonly #work = new PendingWork();
  #isOver = false;

  constructor(
    readonly runtime: Runtime,
    private readonly name: string,
  ) {
    this.backend = runtime.backend;
    this.outbox = new Outbox(this.backend.delivery, postErrorHandler(this.backend));
  }

  get isReleased(): boolean {
    return this.#isOver;
  }

  track(label: string, promise: Promise<unknown>): void {
    this.#work.track(label, promise);
  }

  place(stage: Stage, step: Step, options?: { readonly isBarrier: boolean }): Promise<void> {
    return this.outbox.place(stage, step, options);
  }

  /** Runs it, until all that it has sent is posted or the time is up. Reports what fails; never rejects. */
  async run(call: () => unknown, withinMs: number): Promise<void> {
    const done = storage.run(this, async () => {
      this.track(this.name, attempt(this.name, call));
      do {
        await this.#work.settled();
        await this.outbox.drain();
      } while (!this.#work.isIdle);
    });
    try {
      await beforeDeadline(done, withinMs, async () => {
        reportError("deadline", new DeadlineError(this.#work.running, `the task ${this.name}`));
        await this.outbox.drain();
      });
    } finally {
      this.#isOver = true;
    }
  }
}

async function attempt(name: string, call: () => unknown): Promise<void> {
  try {
    await call();
  } catch (error) {
    reportError("task", error, name);
  }
}
