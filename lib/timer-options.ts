import type { Duration } from "aws-cdk-lib";
import { InvalidPropError } from "./errors.js";

export interface TimerOptions {
  /** How long an event waits for timers that its handlers set. Whole milliseconds. */
  readonly awaitUpTo?: Duration;
}

/** The runtime answers so long before the function's timeout. */
const MARGIN_MS = 1_000;

/** @throws InvalidPropError where the function's timeout leaves no time for it. */
export function validTimers(timers: TimerOptions, timeout: Duration): TimerOptions {
  const ms = timers.awaitUpTo?.toMilliseconds({ integral: false }) ?? 0;
  const mostMs = timeout.toMilliseconds() - MARGIN_MS;
  if (Number.isInteger(ms) && ms <= mostMs) return timers;
  throw new InvalidPropError(
    "timers",
    `awaitUpTo is ${ms} ms, and the function has ${timeout.toMilliseconds()} ms for an event.`,
    `Use Duration.millis(n) with a whole n up to ${mostMs}, and after() for what comes later (docs/timers.md).`,
  );
}
