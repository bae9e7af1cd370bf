/**
 * How fast the run's clocks go. Of its own, because the app, which is bundled, must not drag in the stack.
 */

/** What the schedule's minute becomes. */
export const TICK_MS = 3_000;

export const PING_INTERVAL_MS = 15_000;
export const PING_TIMEOUT_MS = 8_000;

/**
 * How long a row may outlive its connection: until the next ping, until that has gone unanswered and is
 * looked at, and two ticks for a busy machine. A ping that meets a 410 ends it sooner.
 */
export const REAPER_PERIOD_MS = 2 * PING_INTERVAL_MS + PING_TIMEOUT_MS + 2 * TICK_MS;

/**
 * Where an environment died in the middle of it, the end of a connection is taken up again
 * so much later (docs/guarantees.md).
 */
export const CLAIM_MS = 60_000;
