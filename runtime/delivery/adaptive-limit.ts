/**
 * How many posts may be under way at once. API Gateway throttles an account, not a function, so the right
 * number is not known beforehand and changes; and functions know nothing of each other, of which hundreds may
 * share the account's rate.
 *
 * Each 429 takes one place away, and a round of successes adds a part of one. So 8 in a hundred posts are
 * refused where twenty functions share the rate, 12 where fifty do; and those that have more places lose
 * more, until all have alike. The longer no post is refused, the faster it grows, for then others have ended.
 * Below one place, it pauses between two posts. It forgets all that when it was not refused for a while.
 *
 * Numbers and alternatives: docs/decisions/sharing-the-rate.md.
 */
import { setTimeout } from "node:timers"; // the app's are watched
import { Queue } from "../async/queue.js";

export const DEFAULT_CONCURRENCY = 128;

/** 10,000 posts a second at 10 ms each are 100 at once; more than 256 are more than one vCPU can sign. */
const MAX_CONCURRENCY = 256;

/** Of round trips of 10 ms, a post every fifth of a second. */
const MIN_CONCURRENCY = 0.05;

/**
 * However long a round trip is: a thousand functions that pause so between two posts take less than half of a
 * rate.
 */
const LONGEST_PAUSE_MS = 250;

/** Places for a round of successes behind a refusal. */
const GROWTH = 0.4;

/** After so many successes it grows twice as fast, up to a place a round. */
const DOUBLED_AFTER = 25;

/** What a refusal leaves of less than one place. */
const SHRUNK_TO = 0.4;

/** A refusal that is older tells nothing about now. */
const FORGOTTEN_AFTER_MS = 2_000;

/** Of round trips, in the mean that the pauses follow. */
const SMOOTHING = 0.05;

export interface Clock {
  /** In milliseconds, from anywhere. */
  now(): number;
  after(ms: number, task: () => void): void;
}

const CLOCK: Clock = {
  now: () => performance.now(),
  after: (ms, task) => void setTimeout(task, ms),
};

export class AdaptiveLimit {
  #running = 0;
  #limit: number;
  /** Successes since the last refusal. */
  #calm = Number.POSITIVE_INFINITY;
  #refusedAt = Number.NEGATIVE_INFINITY;
  #roundTripMs = 10;
  /** Below one place: when the next post may begin. */
  #notBefore = 0;
  #isPausing = false;
  readonly #waiting = new Queue<() => void>();
  readonly #again = new Queue<() => void>();

  constructor(
    private readonly initial = DEFAULT_CONCURRENCY,
    private readonly max = MAX_CONCURRENCY,
    private readonly clock = CLOCK,
  ) {
    this.#limit = initial;
  }

  /** Places; at least one, which may have to pause. */
  get current(): number {
    return Math.max(Math.floor(this.#limit), 1);
  }

  /**
   * Runs `task` when there is room for it: first come, first served, but those before all others that have
   * been refused.
   */
  async run<T>(task: () => Promise<T>, wasRefused = false): Promise<T> {
    const queue = wasRefused ? this.#again : this.#waiting;
    if (this.#hasRoom()) this.#running++;
    else await new Promise<void>((begin) => queue.push(begin)); // `#wake` has counted us
    try {
      return await task();
    } finally {
      this.#running--;
      this.#wake();
    }
  }

  /** @param tookMs a round trip */
  succeeded(tookMs: number): void {
    this.#calm++;
    this.#roundTripMs += (tookMs - this.#roundTripMs) * SMOOTHING;
    const growth = Math.min(GROWTH * 2 ** Math.floor(this.#calm / DOUBLED_AFTER), 1);
    // A round has as many successes as there are places. Below one, it never more than doubles.
    this.#limit = Math.min(this.#limit + growth * Math.min(1 / this.#limit, this.#limit), this.max);
    this.#pause();
  }

  throttled(): void {
    this.#calm = 0;
    this.#refusedAt = this.clock.now();
    this.#limit =
      this.#limit > 1 ? Math.max(this.#limit - 1, 1) : Math.max(this.#limit * SHRUNK_TO, MIN_CONCURRENCY);
    this.#pause();
  }

  /** With jitter, so that those who have met the limit together do not come back together. */
  #pause(): void {
    if (this.#limit >= 1) return;
    const pauseMs = Math.min(this.#roundTripMs * (1 / this.#limit - 1), LONGEST_PAUSE_MS);
    this.#notBefore = this.clock.now() + pauseMs * (0.5 + Math.random());
  }

  /** Nobody waits where there is room, or the pause is over soon. */
  #hasRoom(): boolean {
    this.#forget();
    return this.#running < this.current && !(this.#limit < 1 && this.#isTooEarly());
  }

  #wake(): void {
    while (this.#hasRoom()) {
      const next = this.#again.shift() ?? this.#waiting.shift();
      if (!next) return;
      this.#running++;
      next();
    }
  }

  #forget(): void {
    if (this.#running > 0 || this.clock.now() - this.#refusedAt < FORGOTTEN_AFTER_MS) return;
    this.#calm = Number.POSITIVE_INFINITY;
    this.#limit = Math.max(this.#limit, this.initial);
  }

  #isTooEarly(): boolean {
    const leftMs = this.#notBefore - this.clock.now();
    if (leftMs <= 0) return false;
    if (!this.#isPausing) {
      this.#isPausing = true;
      this.clock.after(leftMs, () => {
        this.#isPausing = false;
        this.#wake();
      });
    }
    return true;
  }
}
