/**
 * What Lambda and API Gateway may do to events and a quiet machine does not: run them late, in another order, and twice
 * (`aws-facts.md` §1.7, §8). From a seed, so that a failure can be repeated.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { ProxyEvent } from "./gateway/gateway.js";

export interface DisturbanceOptions {
  /** The same seed gives the same delays to the same sequence of events. */
  readonly seed: number;
  /** Each message waits between 0 and so many milliseconds, so quick ones overtake each other. @default 0 */
  readonly delayMs?: number;
  /** Share of asynchronous invocations and of `$disconnect` events that run twice, 0 to 1. @default 0 */
  readonly repeat?: number;
}

export class Disturbance {
  readonly #running = new Set<Promise<unknown>>();
  readonly #random: () => number;
  readonly #delayMs: number;
  readonly #repeat: number;

  constructor({ seed, delayMs = 0, repeat = 0 }: DisturbanceOptions = { seed: 0 }) {
    this.#random = mulberry32(seed);
    this.#delayMs = delayMs;
    this.#repeat = repeat;
  }

  /** An event of the gateway. `$connect` is not delayed: the client waits for it. */
  invoke<T>(event: ProxyEvent, handler: (event: ProxyEvent) => Promise<T>): Promise<T> {
    const { eventType } = event.requestContext;
    if (eventType === "CONNECT") return this.#count(handler(event));
    if (eventType === "DISCONNECT") return this.run(() => handler(event));
    return this.#count(this.#late(() => handler(event)));
  }

  /** An event that may run twice. */
  run<T>(handler: () => Promise<T>): Promise<T> {
    if (this.#random() < this.#repeat) void this.#count(this.#late(handler));
    return this.#count(this.#late(handler));
  }

  /** Resolves when nothing runs any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #late<T>(handler: () => Promise<T>): Promise<T> {
    if (this.#delayMs > 0) await delay(this.#random() * this.#delayMs);
    return handler();
  }

  #count<T>(run: Promise<T>): Promise<T> {
    this.#running.add(run);
    const end = () => this.#running.delete(run);
    run.then(end, end);
    return run;
  }
}

/** A small generator with a seed (github.com/cprosche/mulberry32, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
