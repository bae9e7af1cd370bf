/**
 * Frames to one connection go one after another, for API Gateway promises no order between two posts; frames to
 * different connections go at the same time, so a slow client holds up nobody else.
 */
import type { Address } from "../store/store.js";
import type { Delivery, PostOptions } from "./delivery.js";

/** Must not reject. */
export type OnPostError = (error: unknown, to: Address) => Promise<void> | void;

/** So many connections have frames waiting at most: enough to keep the network busy, and little memory. */
const MAX_QUEUES = 1024;

export class PostQueues {
  readonly #tails = new Map<string, Promise<void>>();
  #onRoom: (() => void)[] = [];

  constructor(
    private readonly delivery: Delivery,
    private readonly onError: OnPostError,
  ) {}

  get isIdle(): boolean {
    return this.#tails.size === 0;
  }

  /** Resolves when there is room for more: whoever posts to many waits here, so that memory stays flat. */
  async room(): Promise<void> {
    while (this.#tails.size >= MAX_QUEUES) await new Promise<void>((resolve) => this.#onRoom.push(resolve));
  }

  /**
   * Puts frames at the end of the connection's queue. A failed one goes to `onError` (default: the one of these queues)
   * and does not stop those behind it.
   */
  post(to: Address, frames: readonly string[], options?: PostOptions, onError?: OnPostError): void {
    for (const frame of frames) this.#append(to, () => this.delivery.post(to, frame, options), onError);
  }

  /** Asks whether the connection is open; a `GoneError` goes to `onError`. */
  check(address: Address): void {
    this.#append(address, () => this.delivery.check(address));
  }

  /** Closes the connection when all that was queued for it is sent. */
  close(address: Address): void {
    this.#append(address, () => this.delivery.close(address));
  }

  /** Resolves when all queues are empty. */
  async drain(): Promise<void> {
    while (!this.isIdle) await Promise.all(this.#tails.values());
  }

  #append(address: Address, send: () => Promise<void>, onError = this.onError): void {
    const key = address.connectionId;
    const before = this.#tails.get(key);
    const sent = before ? before.then(send) : send();
    const tail = sent
      .catch((error: unknown) => onError(error, address))
      .then(() => {
        if (this.#tails.get(key) !== tail) return;
        this.#tails.delete(key);
        for (const resume of this.#onRoom.splice(0)) resume();
      });
    this.#tails.set(key, tail);
  }
}
