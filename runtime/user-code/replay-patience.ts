/**
 * How long a replay waits for the promises that nobody awaits and for short timers (`started-work.ts`).
 *
 * A greeting by an un-awaited query is muted only while its replay lasts, and the first query of an
 * environment opens the database's connection, which takes a quarter of a second where TLS and a password are
 * asked for. So a replay is patient. A handler that starts what never ends would pay for that with each
 * event: it pays once in an environment, and is waited for no longer than a quick query takes from then on.
 */
import type { Started } from "./started.js";

const PATIENT_MS = 1_000;
const QUICK_MS = 100;

/** Of one app: its namespaces, and its parent namespaces by number. */
const neverEnding = new Set<string | number>();

/**
 * @param of the replayed socket's namespace, or the number of the parent that made it, for clients name those
 */
export async function awaitStarted(
  of: string | number,
  started: Started,
  options?: Parameters<Started["ended"]>[1],
): Promise<void> {
  const hasEnded = await started.ended(neverEnding.has(of) ? QUICK_MS : PATIENT_MS, options);
  if (hasEnded) neverEnding.delete(of);
  else neverEnding.add(of);
}
