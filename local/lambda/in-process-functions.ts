import { setTimeout as delay } from "node:timers/promises";
import { ThrottledError } from "../errors.js";
import type { InvocationFaults, Kill } from "../faults/invocation-faults.js";

export interface InProcessFunctionsOptions {
  readonly functions: Readonly<Record<string, (event: unknown) => Promise<unknown>>>;
  /** Those that mostly wait for somebody: `settled` does not wait for them. @default none */
  readonly waiting?: readonly string[];
  readonly faults: InvocationFaults;
  /** An asynchronous invocation has failed for good; nobody else hears of it. */
  readonly onAsyncError: (error: unknown) => void;
}

/** Lambda's number of repetitions of a failed asynchronous invocation (aws-facts §8). */
const RETRIES = 2;
/** Lambda waits for minutes; nobody does in a test. */
const RETRY_DELAY_MS = 50;

/**
 * Functions that run in this process, as the test kit's do. There are no environments, so a fault
 * that kills one loses the answer of a handler that has run, or the event of one that has not, as
 * likely. An asynchronous event that a fault has hit is tried again as on Lambda; one that throws by
 * itself is not, so that a test sees its error once.
 */
export class InProcessFunctions {
  readonly #options: InProcessFunctionsOptions;
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: InProcessFunctionsOptions) {
    this.#options = options;
  }

  /** Rejects with what the function throws, with `ThrottledError`, and with the `FunctionError` of a kill. */
  invoke(name: string, event: unknown): Promise<unknown> {
    const run = this.#run(name, event, this.#options.faults.kill(name, event));
    return this.#options.waiting?.includes(name) ? run : this.#count(run);
  }

  /** Takes an event that nobody waits for. Resolves, never rejects, when it has run. */
  async invokeAsync(name: string, event: unknown): Promise<void> {
    const times = this.#options.faults.repeats(name, event) ? 2 : 1;
    await Promise.all(Array.from({ length: times }, () => this.#count(this.#runAsync(name, event))));
  }

  /** Resolves when nothing runs any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #runAsync(name: string, event: unknown): Promise<void> {
    for (let retriesLeft = RETRIES; ; ) {
      const kill = this.#options.faults.kill(name, event);
      try {
        await this.#run(name, event, kill);
        return;
      } catch (error) {
        const isThrottled = error instanceof ThrottledError;
        const isKilled = error === kill?.error;
        if (!isThrottled && (!isKilled || retriesLeft === 0)) return this.#options.onAsyncError(error);
        if (isKilled) retriesLeft -= 1;
      }
      await delay(RETRY_DELAY_MS);
    }
  }

  async #run(name: string, event: unknown, kill: Kill | undefined): Promise<unknown> {
    const { functions, faults } = this.#options;
    await faults.before(name, event);
    if (faults.isCold(name, event) && faults.coldStartMs > 0) await delay(faults.coldStartMs);
    if (!kill?.isEarly) {
      const answer = await functions[name]?.(event);
      if (!kill) return answer;
    }
    kill.report();
    throw kill.error;
  }

  #count<T>(run: Promise<T>): Promise<T> {
    this.#running.add(run);
    const end = () => this.#running.delete(run);
    run.then(end, end);
    return run;
  }
}
