/** Latency as AWS has it: log-normal, most answers quick and a few slow ones. */
export interface LatencyShape {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The standard normal distribution's 99th percentile. */
const Z99 = 2.3263;

/** A stream of latencies in ms, the same for the same seed. */
export function latencies({ p50Ms, p99Ms }: LatencyShape, seed = 1): () => number {
  const sigma = Math.log(p99Ms / p50Ms) / Z99;
  const random = mulberry32(seed);
  return () => {
    // Box-Muller
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return p50Ms * Math.exp(sigma * normal);
  };
}

/** A small seedable generator (Tommy Ettinger's Mulberry32), good enough for latencies. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
