/**
 * What handlers start besides the promises that they return, as those see it who wait for
 * it or clean up: `started-work.ts`.
 */
import type { EventEmitter } from "node:events";

export interface Started {
  readonly timers: readonly StartedTimer[];
  readonly listeners: readonly StartedListener[];
  readonly isUnderWay: boolean;
  /**
   * Calls the handlers. What they start is watched until `end`, or no longer than they run
   * where they start nothing.
   */
  during(callHandlers: () => void): void;
  /**
   * Resolves when everything has ended, or with the end of patience, and tells whether it has ended. Promises
   * do not count where the replay waits for an ack that it will never get.
   */
  ended(patienceMs: number, options?: { readonly ignorePromises?: boolean }): Promise<boolean>;
  end(): void;
}

export interface StartedTimer {
  readonly timer: InnerTimeout;
  readonly site: Error;
}

export interface StartedListener {
  readonly emitter: EventEmitter;
  readonly event: string | symbol;
  readonly listener: Listener;
  readonly site: Error;
}

// biome-ignore lint/suspicious/noExplicitAny: Node's own type of a listener
export type Listener = (...args: any[]) => void;

/** Of Node's `lib/internal/timers.js`: which timers repeat, and after how many milliseconds they fire. */
export interface InnerTimeout {
  readonly _repeat: number | null;
  readonly _idleTimeout: number;
  readonly _onTimeout: unknown;
  readonly _destroyed: boolean;
}
