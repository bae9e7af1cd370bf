/**
 * How many posts may be under way at once. API Gateway throttles an account, not a function, so the right
 * number is not known beforehand and changes: it grows by one for each round of successes and shrinks by a
 * third when a post is answered with 429 (additive increase, multiplicative decrease, as TCP does it).
 */
import { Queue } from "../async/queue.js";

export const DEFAULT_CONCURRENCY = 128;
const MIN_CONCURRENCY = 4;

/** 10,000 posts a second at 10 ms each are 100 at once; more than 256 are more than one vCPU can sign. */
const MAX_CONCURRENCY = 256;

/** Answers of one burst come together; they count as one sign of too much. */
const SHRINK_EVERY_MS = 50;

export class AdaptiveLimit {
  #running = 0;
  #shrunkAt = 0;
  readonly #waiting = new Queue<() => void>();

  #limit: number;

  constructor(
    initial = DEFAULT_CONCURRENCY,
    private readonly max = MAX_CONCURRENCY,
  ) {
    this.#limit = initial;
  }

  get current(): number {
    return Math.floor(this.#limit);
  }

  /** Runs `task` when there is room for it, first come, first served. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.current) this.#running++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve)); // `#wake` has counted us
    try {
      return await task();
    } finally {
      this.#running--;
      this.#wake();
    }
  }

  succeeded(): void {
    this.#limit = Math.min(this.#limit + 1 / this.#limit, this.max);
  }

  throttled(nowMs = Date.now()): void {
    if (nowMs - this.#shrunkAt < SHRINK_EVERY_MS) return;
    this.#shrunkAt = nowMs;
    this.#limit = Math.max((this.#limit * 2) / 3, MIN_CONCURRENCY);
  }

  #wake(): void {
    while (this.#running < this.current) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#running++;
      next();
    }
  }
}
