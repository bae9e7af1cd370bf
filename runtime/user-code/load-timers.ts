/**
 * Timers that are set outside of any event: while the app loads, or by what it has started then. On a server
 * they run for good; here the environment is frozen between events, and there are many environments. Looked
 * at as events begin, for what has ended by then does no harm.
 */
import { SHORT_TIMER_MS } from "./started-work.js";
import { tellOfLoadTimer } from "./timer-notes.js";
import type { SetTimer } from "./timer-origin.js";

const noted: SetTimer[] = [];

/** A library that loads may set many; more are not looked at. */
const MOST_NOTED = 200;

/** False where other programs share the process: on a server, and in the test kit. */
export function notesLoadTimers(): boolean {
  return noted.length < MOST_NOTED && process.env.AWS_LAMBDA_FUNCTION_NAME !== undefined;
}

export function noteLoadTimer(set: SetTimer): void {
  if (!isShort(set)) noted.push(set);
}

/** What comes more often would hold every event until its deadline, were it waited for. */
const FAST_MS = 1_000;

let running = 0;
let runningFast = 0;

/** What such an interval calls; nobody else tells of what it sends. */
export function ofLoadTimer<Args extends unknown[]>(callback: (...args: Args) => unknown, delayMs = 1) {
  const fast = delayMs < FAST_MS ? 1 : 0;
  return (...args: Args): void => {
    running++;
    runningFast += fast;
    try {
      callback(...args);
    } finally {
      running--;
      runningFast -= fast;
    }
  };
}

/** Until the callback returns: behind an `await`, nobody knows whose code it is. */
export function isInLoadTimer(): boolean {
  return running > 0;
}

/** What it sends is no event's, and no event waits for it. */
export function isInFastLoadTimer(): boolean {
  return runningFast > 0;
}

/** An event begins. */
export function tellOfLoadTimers(): void {
  if (noted.length === 0) return;
  for (const set of noted.splice(0)) {
    if (!set.timer._destroyed) tellOfLoadTimer(set);
  }
}

function isShort({ timer }: SetTimer): boolean {
  return timer._repeat == null && timer._idleTimeout <= SHORT_TIMER_MS;
}
