import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { ThrownInFunction } from "../errors.js";

/** What the thread says. */
export type FromWorker =
  /** Comes first, where there is an inspector. */
  | { readonly type: "inspectable"; readonly url: string }
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly error: ThrownInFunction }
  | { readonly type: "result"; readonly requestId: string; readonly payload: string }
  | { readonly type: "error"; readonly requestId: string; readonly error: ThrownInFunction };

/** One event, for the thread to run. */
export interface ToWorker {
  readonly event: unknown;
  readonly requestId: string;
  readonly deadlineMs: number;
}

/** The numbers that the worker reads; see `bootstrap.mjs`. */
const [NEWS, BUSY] = [0, 1] as const;
const SIGNALS = 2;

/**
 * What an environment and its thread share: a port for messages, and memory that wakes a thread
 * which sleeps between two events.
 */
export class WorkerLink {
  readonly signals = new Int32Array(new SharedArrayBuffer(SIGNALS * Int32Array.BYTES_PER_ELEMENT));
  /** Becomes the thread's. */
  readonly workerPort: MessagePort;
  readonly #port: MessagePort;
  readonly #hear: (message: FromWorker) => void;

  constructor(hear: (message: FromWorker) => void) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.workerPort = port2;
    this.#hear = hear;
  }

  /** From now on messages are heard, and keep this process alive. */
  open(): void {
    this.#port.on("message", this.#hear);
  }

  send(message: ToWorker): void {
    this.#port.postMessage(message);
    this.#wake();
  }

  /**
   * How many extensions have not asked for the next event: the thread sleeps when none is left. It is told so
   * in the next turn, for an event that waits already is sent in this one: then it is woken once for both.
   */
  setBusy(extensions: number): void {
    Atomics.store(this.signals, BUSY, extensions);
    if (extensions === 0) setImmediate(() => this.#wake());
  }

  /** What the thread has said and nobody has heard, for its end may be noticed first. */
  hearTheRest(): void {
    for (let rest = receiveMessageOnPort(this.#port); rest; rest = receiveMessageOnPort(this.#port)) {
      this.#hear(rest.message as FromWorker);
    }
  }

  close(): void {
    this.#port.close();
  }

  /** Tells the thread to look what is new. */
  #wake(): void {
    Atomics.add(this.signals, NEWS, 1);
    Atomics.notify(this.signals, NEWS);
  }
}
