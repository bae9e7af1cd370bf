/**
 * How long an event may take, and what becomes of one that takes longer: what it has changed is saved, it is
 * answered, and a `DeadlineError` names what still runs.
 */
import { within } from "../async/pause.js";
import { INTEGRATION_TIMEOUT_MS } from "../aws-limits.js";
import { reportError } from "../log/log.js";

/** Time to answer, and to save what there is, before the function or the gateway runs out of theirs. */
const MARGIN_MS = 1_000;

/**
 * Returns what tells how long handlers may still take. A gateway that has no answer by then cuts a Socket.IO
 * client off with a frame of its own (`aws-facts.md` §1.6).
 */
export function timeLeft(context: { getRemainingTimeInMillis(): number } | undefined): () => number {
  const startedMs = performance.now();
  return () => {
    const gatewayLeftMs = INTEGRATION_TIMEOUT_MS - (performance.now() - startedMs);
    const leftMs = Math.min(context?.getRemainingTimeInMillis() ?? gatewayLeftMs, gatewayLeftMs);
    return Math.max(leftMs - MARGIN_MS, leftMs / 2);
  };
}

/** What the last saves may take; the margin has room for it. */
const LAST_SAVES_MS = 500;

/** Resolves with `done`, or after `withinMs` and `onDeadline`. */
export async function beforeDeadline(
  done: Promise<void>,
  withinMs: number,
  onDeadline: () => Promise<void>,
): Promise<void> {
  if ((await within(withinMs, done)) !== "late") return;
  done.catch((error: unknown) => reportError("event", error, "after its deadline"));
  await within(LAST_SAVES_MS, onDeadline());
}
