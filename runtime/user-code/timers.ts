/**
 * Which timers the app sets, and in whose name: an event waits for the short ones of its handlers
 * (`event-timers.ts`), those that are set while the app loads are told of (`load-timers.ts`), and a replay
 * does not set again what its `connection` handler has set before.
 *
 * `setTimeout` and `setInterval` are replaced, so that code without timers pays nothing. Node's own modules
 * and `node:timers` have the originals: what is set there is not seen here.
 */
import { isUnwatched } from "../async/unwatched.js";
import { currentScope, originalScope, type Scope } from "../connection/scope.js";
import { markCallSite } from "../log/call-site.js";
import { timersOf } from "./event-timers.js";
import { noteLoadTimer, notesLoadTimers, ofLoadTimer } from "./load-timers.js";
import { runHandler, runWatched } from "./run-handlers.js";
import { SHORT_TIMER_MS } from "./started-work.js";
import { originOf, type SetTimer, toSetTimer } from "./timer-origin.js";

type Callback = (...args: unknown[]) => unknown;
type Start = (callback: Callback, delayMs?: number, ...args: unknown[]) => NodeJS.Timeout;

/** Marks our function, for a bundle may have this module twice. */
const WATCHED = Symbol.for("socket.io-lambda.timers");

/** Once a process. What is set before is not seen. */
export function watchTimers(): void {
  for (const name of ["setTimeout", "setInterval"] as const) {
    const original = globalThis[name] as unknown as Start;
    if (WATCHED in original) continue;
    const watched = name === "setTimeout" ? watchedTimeout(original) : watchedInterval(original);
    // `util.promisify(setTimeout)`, and what a test's fake timers have put there.
    Object.defineProperties(watched, Object.getOwnPropertyDescriptors(original));
    Object.defineProperty(watched, WATCHED, { value: true });
    globalThis[name] = watched as never;
  }
}

function watchedTimeout(original: Start): Start {
  return (callback, delayMs, ...args) => {
    const whose = typeof callback === "function" ? setter() : "nobody";
    if (whose === "nobody") return original(callback, delayMs, ...args);
    const site = markCallSite();
    const isOfEvent = whose !== "load" && !whose.isReplay;
    const timer = original(isOfEvent ? inEvent(callback) : callback, delayMs, ...args);
    const set = toSetTimer(timer, callback, site);
    if (whose === "load") noteLoadTimer(set);
    else if (isOfEvent) timersOf(whose).add(set);
    else if (isRepeated(whose, set)) clearTimeout(timer);
    return timer;
  };
}

function watchedInterval(original: Start): Start {
  return (callback, delayMs, ...args) => {
    const whose = typeof callback === "function" ? setter() : "nobody";
    const isOfLoad = whose === "load";
    const timer = original(isOfLoad ? ofLoadTimer(callback, delayMs) : callback, delayMs, ...args);
    if (whose === "nobody") return timer;
    const set = toSetTimer(timer, callback, markCallSite());
    if (isOfLoad) noteLoadTimer(set);
    else if (!whose.isReplay) timersOf(whose).add(set);
    return timer;
  };
}

/** The event or the replay under way that sets a timer now; or the app as it loads. */
function setter(): Scope | "load" | "nobody" {
  const scope = originalScope();
  if (isUnwatched()) return "nobody";
  if (!scope) return notesLoadTimers() ? "load" : "nobody";
  return (scope.isReplay && scope.isOver ? undefined : scope.live) ?? "nobody";
}

/** While its event is under way, the callback is a handler like others: it is awaited, and may fail. */
function inEvent(callback: Callback): Callback {
  return (...args) => {
    const scope = currentScope();
    const call = () => runHandler("a timer", () => callback(...args));
    if (!scope) callback(...args);
    else if (scope.started?.isUnderWay) call();
    else runWatched(call);
  };
}

/**
 * The `connection` handler itself sets it, and its first run has waited for its own. What a function that the
 * handler calls sets may be shared with listeners (a throttle).
 */
function isRepeated({ connection }: Scope, set: SetTimer): boolean {
  const { _idleTimeout: delayMs } = set.timer;
  if (delayMs <= SHORT_TIMER_MS || delayMs > connection.runtime.awaitTimersMs) return false;
  return originOf(set) === "handler";
}
