/** Random numbers that are the same on each run. */

export interface Random {
  /** Even, from 0 up to 1. */
  next(): number;
  /** Between two arrivals that come so many a second, in milliseconds. */
  gapMs(perSecond: number): number;
  /** A duration with this median and 99th percentile (log-normal, as round trips are). */
  durationMs(duration: Duration): number;
}

export interface Duration {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Standard deviations from the median to the 99th percentile. */
const P99_DEVIATIONS = 2.3263;

/** mulberry32 (public domain, Tommy Ettinger). */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  // Box and Muller's method gives two at a time.
  let spare: number | undefined;
  const normal = () => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return {
    next,
    gapMs: (perSecond) => (-Math.log(1 - next()) / perSecond) * 1000,
    durationMs: ({ p50Ms, p99Ms }) => p50Ms * Math.exp((Math.log(p99Ms / p50Ms) / P99_DEVIATIONS) * normal()),
  };
}
