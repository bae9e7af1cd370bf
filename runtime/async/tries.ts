/**
 * How often a call to AWS is made, and for how long. Each call counts for itself, whatever happens to others.
 */

/**
 * A table that throttles 40 % of all calls refuses one call in two million so often. The tenth pause is over
 * after 3 s on average, so tries also ride out the seconds in which an on-demand table splits a partition.
 */
const MAX_TRIES = 16;

/**
 * Pauses are random between 0 and 25, 50, 100, 200, 400 and from then on `longestPauseMs`, so that throttled
 * callers do not come back at once.
 */
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 500;

/** With tries of 2 s, a call ends within 12 s, and its event can still tell its client. */
const GIVE_UP_AFTER_MS = 8_000;

export interface TriesOptions {
  /** @default 16 */
  readonly most?: number;
  /** @default 500 */
  readonly longestPauseMs?: number;
  /** No try begins later, in epoch milliseconds. @default 8 s after the first failure */
  readonly until?: number | undefined;
}

/** Of one call: counts its tries, and says how long to wait for the next one. */
export class Tries {
  /** Those that have failed. */
  count = 0;
  /** Goes on while an environment is frozen: an old call does not start again. */
  #until: number | undefined;

  constructor(private readonly options: TriesOptions = {}) {}

  /** Another try has failed. Milliseconds until the next one; undefined where there is none. */
  next(): number | undefined {
    const { most = MAX_TRIES, longestPauseMs = LONGEST_PAUSE_MS, until } = this.options;
    const now = Date.now();
    this.count++;
    this.#until ??= until ?? now + GIVE_UP_AFTER_MS;
    const pauseMs = Math.random() * Math.min(FIRST_PAUSE_MS * 2 ** (this.count - 1), longestPauseMs);
    return this.count >= most || now + pauseMs > this.#until ? undefined : pauseMs;
  }
}
