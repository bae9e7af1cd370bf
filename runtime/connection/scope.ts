/**
 * In whose name code runs: for which connection, whether it is only replayed, and what waits for it. Carried
 * by `AsyncLocalStorage`, never by a module's variable, so that several events may run in one process.
 *
 * An async context outlives its event: in the queue of an embedded database, on a driver's connection, in a
 * timer. What is called from there belongs to another event, or to none. So a scope ends with its event, and
 * then it mutes nothing and owns nothing. It is a help where nobody else says whose code runs (`io.emit`); a
 * socket knows its own session and connection (`adopt-socket.ts`).
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { PendingWork } from "../user-code/pending-work.js";
import type { Started } from "../user-code/started.js";
import type { Connection } from "./connection.js";

/**
 * - `event`: all code of an event;
 * - `handler`: within it, the `connection` handlers of a real CONNECT, or a listener;
 * - `replaying`: within it, the `connection` handlers again, only to register listeners: what they emit or
 *   join goes nowhere.
 */
export type ScopeKind = "event" | "handler" | "replaying";

export class Scope {
  /** The handlers that the event, or the replay, waits for. */
  readonly work: PendingWork;
  #isOver = false;

  constructor(
    readonly connection: Connection,
    /** The event that it is part of. Of an event: the one that has caused it, if that is still under way. */
    private readonly event?: Scope,
    private readonly kind: ScopeKind = "event",
    /** What the handlers start besides. Of an event: nothing is watched. */
    readonly started?: Started,
  ) {
    this.work = kind === "handler" && event ? event.work : new PendingWork();
  }

  get isReplay(): boolean {
    return this.kind === "replaying";
  }

  get isOver(): boolean {
    return this.#isOver || (this.kind === "handler" && this.event?.isOver === true);
  }

  end(): void {
    this.#isOver = true;
    this.started?.end();
  }

  /** What is left of it: itself, or the event behind it. */
  get live(): Scope | undefined {
    return this.isOver ? this.event?.live : this;
  }
}

const storage = new AsyncLocalStorage<Scope>();

/** `undefined` outside of any event that is still under way. */
export function currentScope(): Scope | undefined {
  return storage.getStore()?.live;
}

/** The scope that the async context names, though it may be over: for telling what code is left over from. */
export function originalScope(): Scope | undefined {
  return storage.getStore();
}

/** Code of a replay that is still under way. */
export function isReplaying(): boolean {
  return currentScope()?.isReplay ?? false;
}

export function runInScope<T>(scope: Scope | undefined, run: () => T): T {
  return scope ? storage.run(scope, run) : run();
}
