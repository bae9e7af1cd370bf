/** What rains while clients live, and what still goes wrong when they leave. */
import type { FaultOptions } from "../../local/faults/fault-options.js";

/**
 * Some of everything, and of nothing so much that no work is done: with eight tries a call,
 * DynamoDB's faults alone lose nothing. An event makes some ten calls and posts, so about
 * every third one is struck by something.
 */
export function storm(seed: number): FaultOptions {
  return {
    seed,
    dbThrottle: 0.01,
    dbFail: 0.005,
    dbFailAfter: 0.005,
    dbUnprocessed: 0.01,
    dbSlow: 0.02,
    dbSlowMs: 300,
    postThrottle: 0.02,
    postFail: 0.01,
    postFailAfter: 0.005,
    postGone: 0.002,
    postSlow: 0.02,
    postSlowMs: 500,
    kill: 0.005,
    throttle: 0.003,
    repeat: 0.05,
    delayMs: 30,
    coldStart: 0.003,
    coldStartMs: 500,
    loseDisconnect: 0.1,
    repeatDisconnect: 0.1,
    cut: 0.003,
    jumpMs: 120_000,
    jumpEveryMs: 10_000,
  };
}

/** When all leave: what `$disconnect` does not report is left to the reaper. */
export const FAREWELL: Partial<FaultOptions> = { loseDisconnect: 0.3, repeatDisconnect: 0.2 };
