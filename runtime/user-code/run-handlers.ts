/**
 * How the app's code is run. All of it passes through here: listeners, `connection` handlers and middlewares.
 * It is waited for, its failures are reported, and nothing of it ends the event. The folder, by the question
 * that each file answers:
 *
 * - `run-handlers`: who calls a handler, and what happens when it throws or rejects?
 * - `pending-work`: what does the event wait for before it answers?
 * - `started-work`: a handler started a query and did not await it: who knows of that?
 * - `timers`, `event-timers`: a handler set a timer: who waits for it, and for how long?
 * - `load-timers`, `timer-notes`: a timer runs on: who tells the developer?
 * - `event-waits`: how many events of one client may wait for long at once?
 * - `first-listener`: the `connection` handler registers its listeners out of a callback: who waits for them?
 * - `replay-patience`: how long does a replay wait for it?
 * - `replay-leftovers`: a replay left an interval running: who stops it?
 * - `quiet-console`: the `connection` handler runs again before each event: why does it not log again?
 * - `late-callbacks`: a callback uses its socket after its event: who tells the developer?
 * - `late-registrations`: a handler or a namespace comes after the first event: who tells the developer?
 */
import { clearTimeout, setTimeout } from "node:timers"; // the app's are watched
import { currentScope, runInScope, Scope } from "../connection/scope.js";
import { reportError, warnOnce } from "../log/log.js";
import { waitsOf } from "./event-waits.js";
import { StartedWork } from "./started-work.js";

/**
 * Handlers in the callback style return before they are done. One that has been given a callback (an ack, or
 * `next`) and has neither called it nor returned a promise is waited for this long. No longer, because a
 * client that asks for an ack that the handler never gives would otherwise buy 29 s of Lambda with each
 * message.
 */
const CALLBACK_GRACE_MS = 3_000;

/** Of one client few such waits take longer than this at once: see `event-waits.ts`. */
const LONG_MS = 1_000;

/**
 * And for so long each is waited for, whatever else its client has waiting: a query in the callback style
 * takes less.
 */
const LEAST_MS = 50;

/**
 * For promises that a handler starts and does not await. A handler that starts what never ends costs each of
 * its events so much.
 */
const STARTED_MS = 1_000;

/** Calls a listener; its promise, where it returns one, becomes part of the event's work. Never throws. */
export function runHandler(label: string, call: () => unknown): unknown {
  try {
    const result = call();
    if (isPromise(result)) {
      const ended = result.then(undefined, (error: unknown) => reportError("handler", error, label));
      currentScope()?.work.track(label, ended);
    }
    return result;
  } catch (error) {
    reportError("handler", error, label);
    return undefined;
  }
}

/**
 * Calls handlers, and counts what they start besides their promises as the event's work, for a bounded time.
 */
export function runWatched(callHandlers: () => void): void {
  const event = currentScope();
  const scope = event && new Scope(event.connection, event, "handler", new StartedWork());
  const started = scope?.started;
  runInScope(scope, () => (started ? started.during(callHandlers) : callHandlers()));
  if (!event || !started?.isUnderWay) return;
  const ended = started.ended(STARTED_MS).finally(() => scope?.end());
  event.work.track(undefined, waitsOf(event).until(ended, { notedAfterMs: LONG_MS, leastMs: LEAST_MS }));
}

/**
 * Counts a callback that has not been called yet as work, for a bounded time. Returns what to call when it
 * is. Where the wait is given up, a warning names the handler, once: what it does later may be lost.
 */
export function awaitCallback(
  label: string,
  callback: "its ack" | "next",
  onGivenUp: () => void = () => {},
): () => void {
  let done: () => void = () => {};
  const called = new Promise<void>((resolve) => {
    const giveUp = () => {
      warnOnce(
        `${CALLBACK_GRACE_MS / 1000} s have passed, and ${label} has not called ${callback}. Nothing waits for it any longer, and what it does later may be lost. Return a promise that ends when the work has ended (async and await), or call ${callback} sooner.`,
      );
      onGivenUp();
      resolve();
    };
    const timer = setTimeout(giveUp, CALLBACK_GRACE_MS);
    done = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  const scope = currentScope();
  scope?.work.track(
    `${label} (its callback)`,
    waitsOf(scope).until(called, { notedAfterMs: LONG_MS, leastMs: LEAST_MS }),
  );
  return done;
}

export type Next = (error?: Error) => void;

export interface MiddlewareOptions {
  /** It has returned without `next`, and will not call it. */
  readonly isDropped?: () => boolean;
  readonly onGivenUp?: () => void;
}

/**
 * Calls middlewares, each when the one before has called `next`; `done` comes behind the last, or with the
 * first error. Waits for a middleware's promise, or for `next` unless it has dropped the packet. A throw or a
 * rejection, which would end a real server's process, is reported and refuses the packet with an error that
 * tells the client nothing about the inside.
 */
export function runMiddlewares(
  label: string,
  [first, ...rest]: readonly ((next: Next) => unknown)[],
  done: Next,
  options: MiddlewareOptions = {},
): void {
  const next: Next = (error) => (error ? done(error) : runMiddlewares(label, rest, done, options));
  if (first) runMiddleware(label, first, next, options);
  else done();
}

function runMiddleware(
  label: string,
  call: (next: Next) => unknown,
  next: Next,
  { isDropped = () => false, onGivenUp }: MiddlewareOptions,
): void {
  let isDone = false;
  let onNext = () => {};
  // A callback may call `next` in any context; what comes behind belongs to this event. Other async contexts,
  // which a middleware may have made for what comes behind it, stay as they are.
  const scope = currentScope();
  const once: Next = (error) => {
    if (isDone) return;
    isDone = true;
    onNext();
    runInScope(scope, () => next(error));
  };
  const fail = (error: unknown) => {
    reportError("middleware", error, label);
    once(new Error("Internal server error"));
  };
  try {
    const result = call(once);
    if (isPromise(result)) currentScope()?.work.track(label, result.then(undefined, fail));
    else if (!isDone && !isDropped()) onNext = awaitCallback(label, "next", onGivenUp);
  } catch (error) {
    fail(error);
  }
}

export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | undefined)?.then === "function";
}
