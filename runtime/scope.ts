/**
 * In whose name code runs: for which connection, whether it is only replayed, and who waits for it. Carried by
 * `AsyncLocalStorage` and never by a module's variable, so that several events may run in one process, and so that what
 * a finished event left behind (a timer, a slow promise) is not taken for the next one's.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Connection } from "./connection.js";
import type { PendingWork } from "./pending-work.js";

/**
 * - `connecting`: the `connection` handler of a real CONNECT;
 * - `replaying`: the same handler again, only to register its listeners: what it emits or joins goes nowhere;
 * - `event`: all other code.
 */
export type Phase = "connecting" | "replaying" | "event";

export interface Scope {
  readonly connection: Connection;
  readonly phase: Phase;
  /** The handlers that the event waits for. */
  readonly work: PendingWork;
}

const storage = new AsyncLocalStorage<Scope>();

/** `undefined` outside of any event, for instance while the app's module loads. */
export function currentScope(): Scope | undefined {
  return storage.getStore();
}

export function isReplaying(): boolean {
  return storage.getStore()?.phase === "replaying";
}

export function runInScope<T>(scope: Scope, run: () => T): T {
  return storage.run(scope, run);
}
