/**
 * Everything one event sends and stores, in the order in which its handlers asked for it.
 *
 * `socket.join("a"); io.to("a").emit("b"); socket.emit("c")` must write the membership before it reads the
 * room, and queue `b` before `c` for a connection that gets both. So each step starts when the one before has
 * been *placed*: a write is answered, a broadcast has handed its frames to the queues of its recipients (not:
 * has posted them). A step placed while nothing waits runs at once, so a plain ack costs no detour.
 */

import type { Delivery } from "../delivery/delivery.js";
import { type OnPostError, PostQueues } from "../delivery/post-queues.js";
import { reportError, type Stage } from "../log/log.js";

export type Step = () => Promise<void> | undefined;

export class Outbox {
  readonly posts: PostQueues;
  /** How many steps were placed so far that a join may not be moved in front of. */
  barriers = 0;
  /**
   * Called behind each step, where no event waits for this outbox: what it sends comes out of a late
   * callback.
   */
  onPlaced: (() => void) | undefined;
  #tail: Promise<void> | undefined;

  /** `onStepError` must not throw. Default: reports it. */
  constructor(
    delivery: Delivery,
    onPostError: OnPostError,
    private readonly onStepError: (stage: Stage, error: unknown) => void = reportError,
  ) {
    this.posts = new PostQueues(delivery, onPostError);
  }

  /**
   * Resolves when the step is placed. A failure goes to `onStepError`, and rejects for callers that await
   * it.
   */
  place(stage: Stage, step: Step, { isBarrier = true } = {}): Promise<void> {
    if (isBarrier) this.barriers++;
    const placed = this.#tail ? this.#tail.then(step) : attempt(step);
    if (placed) this.#append(stage, placed);
    this.onPlaced?.();
    return placed ?? Promise.resolve();
  }

  #append(stage: Stage, placed: Promise<void>): void {
    const tail = placed
      .catch((error: unknown) => this.onStepError(stage, error)) // the steps behind it go on
      .then(() => {
        if (this.#tail === tail) this.#tail = undefined;
      });
    this.#tail = tail;
  }

  get isIdle(): boolean {
    return !this.#tail && this.posts.isIdle;
  }

  /** Resolves when all steps are placed and all frames posted. */
  async drain(): Promise<void> {
    while (!this.isIdle) {
      await this.#tail;
      await this.posts.drain();
    }
  }
}

/** Returns nothing when all of it ran synchronously. */
function attempt(step: Step): Promise<void> | undefined {
  try {
    return step();
  } catch (error) {
    return Promise.reject(error);
  }
}
