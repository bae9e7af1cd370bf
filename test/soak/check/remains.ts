/** What is left when all have gone: rows, and memory. */
import { median } from "../../../bench/statistics.js";
import type { Leftovers } from "../leftovers.js";
import type { History } from "./history.js";
import type { Broken } from "./promise.js";

export interface Memory {
  readonly broken: readonly Broken[];
  /** Medians of the first and the last third of the run, and the most. */
  readonly firstMb: number;
  readonly lastMb: number;
  readonly peakMb: number;
}

/** Keys that are named. */
const NAMED = 5;

export function checkLeftovers({ owned, immortal }: Leftovers, history: History): Broken[] {
  const unexplained = [...owned].map(
    ([kind, keys]) =>
      [kind, keys.filter((key) => kind !== "connection" || !isStillborn(key, history))] as const,
  );
  return [
    ...unexplained
      .filter(([, keys]) => keys.length > 0)
      .map(([kind, keys]) => ({
        promise: "leftovers" as const,
        what: `${keys.length} of kind "${kind}": ${keys.slice(0, NAMED).join(", ")}`,
      })),
    ...immortal.map((key) => ({ promise: "leftovers" as const, what: `${key} has no expiry` })),
  ];
}

/**
 * No handler has seen it, so there is an item without any membership, which waits for its TTL: the
 * environment died in `$connect`; a client went before its transport was known; or the WebSocket that it
 * tried was lost, and the word of it too.
 */
function isStillborn(connectionId: string, { faults, links }: History): boolean {
  if (links.has(connectionId)) return false;
  const isStruck = faults.some((fault) => UNHEARD.has(fault.kind) && fault.connectionId === connectionId);
  return isStruck || connectionId.startsWith(POLLING);
}

const UNHEARD = new Set(["kill", "loseDisconnect"]);

/** So the ids of connections begin that are by long-polling, or might become a WebSocket yet. */
const POLLING = "poll.";

/**
 * Node gives memory back late, the tables keep packets for recovery, and environments are started in bursts.
 */
const ALLOWED_GROWTH = 1.5;
const ALLOWED_MB = 100;

/** A process needs its first minute to become as large as it has to be. */
const SETTLED_SAMPLES = 60;

/** `rssBytes`: one a second. A run of less than two minutes is measured, and not judged. */
export function checkMemory(rssBytes: readonly number[]): Memory {
  const all = rssBytes.map((bytes) => bytes / 2 ** 20);
  const isJudged = all.length >= 2 * SETTLED_SAMPLES;
  const mb = isJudged ? all.slice(SETTLED_SAMPLES) : all;
  const third = Math.ceil(mb.length / 3);
  const [firstMb, lastMb] = [median(mb.slice(0, third)), median(mb.slice(-third))];
  const isUnbounded = isJudged && lastMb > firstMb * ALLOWED_GROWTH + ALLOWED_MB;
  const what = `the stack's process grew from ${Math.round(firstMb)} MB to ${Math.round(lastMb)} MB`;
  const broken = isUnbounded ? [{ promise: "memory" as const, what }] : [];
  return { broken, firstMb, lastMb, peakMb: Math.max(...all) };
}
