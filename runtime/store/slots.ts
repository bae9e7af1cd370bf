/** Places for what may be under way at once; what comes beyond waits. */
import { Queue } from "../async/queue.js";

export class Slots {
  /**
   * Begun already, and to be ended first: so a crowd costs each call time before its first try, and no try.
   */
  readonly #again = new Queue<() => void>();
  readonly #waiting = new Queue<() => void>();

  constructor(private free: number) {}

  /**
   * Runs the task as soon as there is a place for it: first those that come again, otherwise first come,
   * first served.
   */
  async run<Result>(isAgain: boolean, task: () => Promise<Result>): Promise<Result> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((begin) => (isAgain ? this.#again : this.#waiting).push(begin));
    try {
      return await task();
    } finally {
      const next = this.#again.shift() ?? this.#waiting.shift();
      if (next) next();
      else this.free++;
    }
  }
}
