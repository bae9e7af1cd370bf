/**
 * What a handler starts besides the promise that it returns: a query whose promise nobody awaits
 * (`find().then((rows) => socket.emit("history", rows))`), a short timer.
 *
 * The event waits for it, or the environment would be frozen over it. The replay of a `connection` handler
 * lasts until it has ended, for only as long as it lasts is it known whose code runs: what it then emits is
 * muted, and what it writes into `socket.data` is undone. And what a replay leaves running is known, to be
 * told to the developer (`replay-leftovers.ts`).
 *
 * Not seen: callbacks that a driver calls from a connection or queue that others have opened.
 */
import { createHook } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { clearTimeout, setTimeout } from "node:timers"; // the app's are watched
import { originalScope } from "../connection/scope.js";
import { sessionOf } from "../connection/session-of.js";
import { markCallSite } from "../log/call-site.js";
import type { InnerTimeout, Listener, Started, StartedListener, StartedTimer } from "./started.js";

const LOOK_EVERY_MS = 2;

/** Longer timers of the app are awaited as its own (`event-timers.ts`), those of packages not at all. */
export const SHORT_TIMER_MS = 50;

export class StartedWork implements Started {
  readonly timers: StartedTimer[] = [];
  readonly listeners: StartedListener[] = [];
  readonly #pending = new Map<number, "promise" | object>();
  #hasStarted = false;
  #onChange: () => void = () => {};

  constructor() {
    watchListeners();
  }

  /**
   * Calls the handlers. What they start is watched until `end`, or no longer than they run where they start
   * nothing.
   */
  during(callHandlers: () => void): void {
    watches.add(this);
    if (watches.size === 1) hook.enable();
    callHandlers();
    if (!this.#hasStarted) this.end();
  }

  get isUnderWay(): boolean {
    return watches.has(this);
  }

  end(): void {
    if (watches.delete(this) && watches.size === 0) hook.disable();
  }

  async ended(patienceMs: number, { ignorePromises = false } = {}): Promise<boolean> {
    const counts = (pending: "promise" | object) =>
      pending === "promise" ? !ignorePromises : !(pending as InnerTimeout)._destroyed;
    const isQuiet = () => this.#pending.size === 0 || ![...this.#pending.values()].some(counts);
    for (const until = performance.now() + patienceMs; performance.now() < until && !isQuiet(); ) {
      await this.#change();
      await new Promise(setImmediate); // what ends may start the next thing
    }
    return isQuiet();
  }

  /** A promise was resolved; of timers nobody is told, so they are looked at now and then. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS);
      this.#onChange = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  started(id: number, type: string, resource: object): void {
    this.#hasStarted = true;
    if (type === "PROMISE") this.#pending.set(id, "promise");
    else if (type === "Immediate") this.#pending.set(id, resource);
    else if (type === "Timeout") this.#startedTimer(id, resource as InnerTimeout);
  }

  resolved(id: number): void {
    if (this.#pending.delete(id)) this.#onChange();
  }

  #startedTimer(id: number, timer: InnerTimeout): void {
    this.timers.push({ timer, site: markCallSite() });
    if (timer._repeat == null && timer._idleTimeout <= SHORT_TIMER_MS) this.#pending.set(id, timer);
  }
}

/** Those that are under way. */
const watches = new Set<StartedWork>();

/** That of the scope which the async context names, while it is under way. */
function watched(scope = originalScope()): StartedWork | undefined {
  const started = scope?.started as StartedWork | undefined; // there is no other class
  return started?.isUnderWay ? started : undefined;
}

/**
 * Enabled only while a handler has started something. It has no `after` and no `destroy`, which would make
 * each promise slower.
 */
const hook = createHook({
  init(id, type, _trigger, resource) {
    watched()?.started(id, type, resource);
  },
  promiseResolve(id) {
    for (const watch of watches) watch.resolved(id);
  },
});

let isWatchingListeners = false;

/** Notes the listeners that replays register on anything but sockets. Node has no hook for that. */
function watchListeners(): void {
  if (isWatchingListeners) return;
  isWatchingListeners = true;
  const { prototype } = EventEmitter;
  for (const name of ["on", "addListener", "prependListener"] as const) {
    const register = prototype[name];
    prototype[name] = function (this: EventEmitter, event: string | symbol, listener: Listener) {
      const scope = originalScope();
      if (scope?.isReplay && !sessionOf(this))
        watched(scope)?.listeners.push({ emitter: this, event, listener, site: markCallSite() });
      return register.call(this, event, listener);
    };
  }
}
