/** Runs the user's code: waits for what is asynchronous, reports what fails, and lets nothing of it end the event. */
import { reportError } from "./log.js";
import { currentScope } from "./scope.js";

/**
 * Handlers in the callback style return before they are done. One that has been given a callback (an ack, or `next`) and
 * has neither called it nor returned a promise is waited for this long. Not longer: a client that asks for an ack that
 * the handler never gives would otherwise buy 29 s of Lambda with each message.
 */
const CALLBACK_GRACE_MS = 3_000;

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

/** Counts a callback that has not been called yet as work, for a bounded time. Returns what to call when it is. */
export function awaitCallback(label: string): () => void {
  let done: () => void = () => {};
  const called = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, CALLBACK_GRACE_MS);
    done = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  currentScope()?.work.track(`${label} (its callback)`, called);
  return done;
}

/**
 * Calls one middleware, and waits for its promise, or for `next` unless it has dropped the packet. A throw or a rejection, which would end a real server's process, is reported and refuses the
 * packet with an error that tells the client nothing about the inside.
 */
export function runMiddleware(
  label: string,
  call: (next: (error?: Error) => void) => unknown,
  next: (error?: Error) => void,
  isDropped: () => boolean = () => false,
): void {
  let isDone = false;
  let onNext = () => {};
  const once = (error?: Error) => {
    if (isDone) return;
    isDone = true;
    onNext();
    next(error);
  };
  const fail = (error: unknown) => {
    reportError("middleware", error, label);
    once(new Error("Internal server error"));
  };
  try {
    const result = call(once);
    if (isPromise(result)) currentScope()?.work.track(label, result.then(undefined, fail));
    else if (!isDone && !isDropped()) onNext = awaitCallback(label);
  } catch (error) {
    fail(error);
  }
}

export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | undefined)?.then === "function";
}
