import { ThrottledError } from "../errors.js";

export interface AsyncInvocationsOptions {
  readonly invoke: (functionName: string, event: unknown) => Promise<unknown>;
  /** Whether an event runs twice, as it may on AWS. @default never */
  readonly repeats?: (functionName: string, event: unknown) => boolean;
  /** Throws `FunctionNotFoundError`. */
  readonly retriesOf: (functionName: string) => number;
  /** An attempt failed. `attemptsLeft` is 0 when the event is given up. */
  readonly onError: (functionName: string, error: unknown, attemptsLeft: number) => void;
  /** Takes an event that is given up, after so many invocations with it. @default it is lost */
  readonly onExhausted?: (functionName: string, event: unknown, error: unknown, invokeCount: number) => void;
  /**
   * Wait before each repetition, in milliseconds; the last one counts for all that follow.
   * @default [1000, 2000]
   */
  readonly retryDelaysMs?: readonly number[];
}

/**
 * AWS waits one minute, then two (aws-facts §8). Here a minute takes a second: nobody
 * watches a terminal that long.
 */
const RETRY_DELAYS_MS = [1000, 2000];
/**
 * A throttled event is tried again for up to six hours, after a second at first and five minutes at last
 * (docs.aws.amazon.com/ lambda/latest/dg/invocation-async-error-handling.html). Here the pauses are a tenth
 * of that and less, because local queues empty quickly; but they grow, for thousands of throttled events
 * would keep this machine from doing anything else.
 */
const FIRST_THROTTLED_DELAY_MS = 100;
const LONGEST_THROTTLED_DELAY_MS = 5_000;

/**
 * Lambda's queue of asynchronous invocations: an event that fails is repeated, twice unless the
 * template says otherwise, and a throttled one until it runs. At least once, in no promised order, like
 * AWS's. Events that wait are lost at `close()`.
 */
export class AsyncInvocations {
  readonly #options: AsyncInvocationsOptions;
  readonly #timers = new Set<NodeJS.Timeout>();
  #closed = false;
  #pending = 0;

  constructor(options: AsyncInvocationsOptions) {
    this.#options = options;
  }

  /** Whether no event waits or runs. */
  get isIdle(): boolean {
    return this.#pending === 0;
  }

  /** Accepts an event for later. Throws at once where there is no such function. */
  invoke(functionName: string, event: unknown): void {
    const retries = this.#options.retriesOf(functionName);
    const times = this.#options.repeats?.(functionName, event) ? 2 : 1;
    for (let time = 0; time < times; time++) {
      // After the 202: the caller is on its way before the event runs.
      this.#pending += 1;
      setImmediate(() => void this.#attempt(functionName, event, retries, 0));
    }
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #attempt(
    functionName: string,
    event: unknown,
    retriesLeft: number,
    failures: number,
    throttles = 0,
  ): Promise<void> {
    if (this.#closed) return;
    try {
      await this.#options.invoke(functionName, event);
      this.#pending -= 1;
    } catch (error) {
      if (this.#closed) return;
      if (error instanceof ThrottledError) {
        const delayMs = Math.min(FIRST_THROTTLED_DELAY_MS * 2 ** throttles, LONGEST_THROTTLED_DELAY_MS);
        this.#later(delayMs, () => this.#attempt(functionName, event, retriesLeft, failures, throttles + 1));
        return;
      }
      this.#options.onError(functionName, error, retriesLeft);
      if (retriesLeft === 0) {
        this.#pending -= 1;
        this.#options.onExhausted?.(functionName, event, error, failures + 1);
        return;
      }
      const delaysMs = this.#options.retryDelaysMs ?? RETRY_DELAYS_MS;
      this.#later(delaysMs[failures] ?? delaysMs.at(-1) ?? 0, () =>
        this.#attempt(functionName, event, retriesLeft - 1, failures + 1),
      );
    }
  }

  #later(delayMs: number, run: () => Promise<void>): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void run();
    }, delayMs);
    this.#timers.add(timer);
  }
}
