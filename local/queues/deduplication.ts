/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
 */
const INTERVAL_MS = 5 * 60_000;

interface Accepted<T> {
  readonly receipt: T;
  readonly untilMs: number;
}

/**
 * The deduplication ids that a FIFO queue has accepted within five minutes, each with the
 * receipt that its sender got. An id is remembered after its message has been received and
 * deleted, and a duplicate does not prolong it.
 */
export class Deduplication<T> {
  /** The oldest first. */
  readonly #accepted = new Map<string, Accepted<T>>();

  /** The receipt of the message that was accepted with this key, if its five minutes are not over. */
  find(key: string, nowMs: number): T | undefined {
    this.#forget(nowMs);
    return this.#accepted.get(key)?.receipt;
  }

  remember(key: string, receipt: T, nowMs: number): void {
    this.#accepted.set(key, { receipt, untilMs: nowMs + INTERVAL_MS });
  }

  #forget(nowMs: number): void {
    for (const [key, { untilMs }] of this.#accepted) {
      if (untilMs > nowMs) return;
      this.#accepted.delete(key);
    }
  }
}
