export interface Percentiles {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The last one. */
  readonly maxMs: number;
}

/** Sorts `samples`, of which there must be at least one. */
export function percentiles(samples: readonly number[]): Percentiles {
  const sorted = Float64Array.from(samples).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}
