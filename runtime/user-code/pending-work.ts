/**
 * The handlers that an event has started and that have not ended: Lambda freezes what is still running when
 * we answer.
 */
export class PendingWork {
  readonly #running = new Map<Promise<unknown>, string | undefined>();
  #abandon: () => void = () => {};
  readonly #abandoned = new Promise<void>((resolve) => {
    this.#abandon = resolve;
  });
  #isAbandoned = false;

  /**
   * Counts `promise` as running until it settles. Its outcome is the caller's business. Without a label it
   * ends soon in any case.
   */
  track(label: string | undefined, promise: Promise<unknown>): void {
    this.#running.set(promise, label);
    const end = () => this.#running.delete(promise);
    promise.then(end, end);
  }

  /** Stops waiting, now and later: what runs will never end, or is not to be waited for. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#abandon();
  }

  /**
   * Resolves when nothing runs any more, not even what was started meanwhile. socket.io dispatches in
   * `process.nextTick`, which comes after the promises that run now: only the turn after it shows what was
   * started.
   */
  async settled(): Promise<void> {
    do {
      await Promise.race([Promise.allSettled(this.#running.keys()), this.#abandoned]);
      await new Promise(setImmediate);
    } while (this.#running.size > 0 && !this.#isAbandoned);
  }

  get isIdle(): boolean {
    return this.#isAbandoned || this.#running.size === 0;
  }

  /** The labels of what still runs. */
  get running(): string[] {
    return [...this.#running.values()].filter((label) => label !== undefined);
  }
}
