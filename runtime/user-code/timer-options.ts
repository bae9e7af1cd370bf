/** How long an event waits for the timers that its handlers set. */
import { ENV } from "../contract.js";
import { AppError } from "../errors.js";

export interface TimerOptions {
  /**
   * How long an event waits for timers that its handlers set, in milliseconds from when the handlers have
   * ended; 0: for those of up to 50 ms only. Default: what the construct says, or 5,000, and 0 in ordered
   * mode.
   */
  readonly awaitUpTo?: number;
}

/**
 * Most timeouts of published servers take 1 to 5 s. In ordered mode the client's next event would wait for
 * them, too.
 */
const DEFAULT_MS = { concurrent: 5_000, ordered: 0 } as const;

/** @throws AppError for what is no number from 0. */
export function awaitTimersMs(
  { awaitUpTo }: TimerOptions = {},
  order: keyof typeof DEFAULT_MS = "concurrent",
): number {
  const ms = awaitUpTo ?? Number(process.env[ENV.awaitTimers] ?? DEFAULT_MS[order]);
  if (ms >= 0 && Number.isFinite(ms)) return ms;
  throw new AppError(
    `The option timers.awaitUpTo is ${String(awaitUpTo)}, and has to be a number of milliseconds from 0.`,
  );
}
