/**
 * Frames to one connection go one after another, for API Gateway promises no order between two posts; frames
 * to different connections go at the same time, so a slow client holds up nobody else.
 */
import type { Address } from "../store/store.js";
import type { Delivery, PacketQueue, PostOptions } from "./delivery.js";

/** Must not reject. */
export type OnPostError = (error: unknown, to: Address) => Promise<void> | void;

/** So many connections have frames waiting at most: enough to keep the network busy, and little memory. */
const MAX_QUEUES = 1024;

export class PostQueues {
  readonly #queues = new Map<string, Queue>();
  #onRoom: (() => void)[] = [];

  constructor(
    private readonly delivery: Delivery,
    private readonly onError: OnPostError,
  ) {}

  get isIdle(): boolean {
    return this.#queues.size === 0;
  }

  /** Resolves when there is room for more. A post to many waits here, so that memory stays flat. */
  async room(): Promise<void> {
    while (this.#queues.size >= MAX_QUEUES) await new Promise<void>((resolve) => this.#onRoom.push(resolve));
  }

  /**
   * Puts the frames of one packet at the end of the connection's queue. A packet that fails goes to `onError`
   * (default: the one of these queues) and does not stop those behind it.
   */
  post(to: Address, frames: readonly string[], options?: PostOptions, onError?: OnPostError): void {
    const send = (queue: Queue) => {
      queue.waiting--;
      return this.delivery.post(to, frames, { ...options, queue });
    };
    this.#queueOf(to).waiting++;
    this.#append(to, send, onError);
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
    while (!this.isIdle) await Promise.all([...this.#queues.values()].map(({ tail }) => tail));
  }

  #append(address: Address, send: (queue: Queue) => Promise<void>, onError = this.onError): void {
    const queue = this.#queueOf(address);
    const sent = queue.tail ? queue.tail.then(() => send(queue)) : send(queue);
    const tail = sent
      .catch((error: unknown) => onError(error, address))
      .then(() => {
        if (queue.tail !== tail) return;
        this.#queues.delete(address.connectionId);
        for (const resume of this.#onRoom.splice(0)) resume();
      });
    queue.tail = tail;
  }

  #queueOf({ connectionId }: Address): Queue {
    const queue = this.#queues.get(connectionId) ?? { tail: undefined, waiting: 0 };
    this.#queues.set(connectionId, queue);
    return queue;
  }
}

/** What one connection has to get from here. */
interface Queue extends PacketQueue {
  waiting: number;
  tail: Promise<void> | undefined;
}
