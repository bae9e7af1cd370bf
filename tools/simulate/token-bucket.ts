/**
 * API Gateway's throttle as a sender that keeps exactly to it would see it: who finds no token waits for
 * the next one, first come, first served. (API Gateway itself does not queue, it answers 429;
 * `runtime/delivery` waits and tries again.)
 */
export class TokenBucket {
  #tokens: number;
  #atMs = 0;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.#tokens = burst;
  }

  /** When `count` requests that come at `atMs` may go. Call in the order of time. */
  take(atMs: number, count = 1): number {
    if (atMs > this.#atMs) {
      this.#tokens = Math.min(this.burst, this.#tokens + ((atMs - this.#atMs) / 1000) * this.perSecond);
      this.#atMs = atMs;
    }
    this.#tokens -= count;
    if (this.#tokens >= 0) return Math.max(atMs, this.#atMs);
    // The missing part of a token takes its time to drop in; the clock moves there and it is spent.
    const goesMs = this.#atMs + (-this.#tokens / this.perSecond) * 1000;
    this.#atMs = goesMs;
    this.#tokens = 0;
    return goesMs;
  }
}
