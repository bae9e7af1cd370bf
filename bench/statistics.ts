/** Medians and tails. A benchmark on a shared machine has no use for means. */

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Nearest rank, so it is one of the values. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.max(rank - 1, 0)] ?? Number.NaN;
}
