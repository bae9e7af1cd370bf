/**
 * The account's throttle: a token bucket. AWS's holds 5,000 requests on top of 10,000 a
 * second (`aws-facts.md` §4); this one holds what comes in 10 ms, so that a bound of
 * recipients / rate is exact, and harder.
 */
const BURST_SECONDS = 0.01;

export class AccountLimit {
  #tokens: number;
  #filledMs = performance.now();

  constructor(private readonly perSecond: number) {
    this.#tokens = perSecond * BURST_SECONDS;
  }

  /** False: answer 429. */
  admits(): boolean {
    const nowMs = performance.now();
    const filled = this.#tokens + ((nowMs - this.#filledMs) / 1000) * this.perSecond;
    this.#tokens = Math.min(filled, this.perSecond * BURST_SECONDS);
    this.#filledMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
