/**
 * How long things took, where nothing was lost on the way. Of this machine, under faults:
 * to compare two runs, not to quote.
 */
import { percentile } from "../../../bench/statistics.js";
import type { History } from "./history.js";

export interface Latency {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Latencies {
  /** From a client's emit to its handler. */
  readonly handled: Latency;
  /** From a client's emit to each recipient. */
  readonly broadcast: Latency;
}

export function latencies(history: History): Latencies {
  // Those wait in their client's queue first.
  const events = history.events.filter(({ manner }) => manner !== "retries");
  return {
    handled: latency(events.flatMap(({ at, handled: [first] }) => (first ? [first.at - at] : []))),
    broadcast: latency(
      events.flatMap(({ at, got }) => [...got.values()].flatMap(([first]) => (first ? [first.at - at] : []))),
    ),
  };
}

function latency(values: readonly number[]): Latency {
  return { count: values.length, p50Ms: percentile(values, 50), p99Ms: percentile(values, 99) };
}
