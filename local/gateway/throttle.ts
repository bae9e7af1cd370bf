import type { Throttle } from "./api.js";

interface Throttled {
  readonly throttle?: Throttle;
  readonly routeThrottles?: ReadonlyMap<string, Throttle>;
}

/**
 * The stage's throttle: a token bucket for each route
 * (docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html). The
 * settings of a route come before those of the stage. Here it is exact; AWS keeps to it as well
 * as it can. The account's own limit is not imitated.
 */
export class Throttles {
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>();

  constructor(
    private readonly api: () => Throttled,
    private readonly now: () => number,
  ) {}

  /** Whether the route takes one more now. */
  takes(routeKey: string): boolean {
    const { throttle, routeThrottles } = this.api();
    const limits = routeThrottles?.get(routeKey) ?? throttle;
    if (!limits) return true;
    const { tokens, atMs } = this.#filled(routeKey, limits);
    const isTaken = tokens >= 1;
    this.#buckets.set(routeKey, { tokens: isTaken ? tokens - 1 : tokens, atMs });
    return isTaken;
  }

  #filled(routeKey: string, { rateLimit, burstLimit }: Throttle): { tokens: number; atMs: number } {
    const atMs = this.now();
    const bucket = this.#buckets.get(routeKey) ?? { tokens: burstLimit, atMs };
    const tokens = bucket.tokens + (Math.max(0, atMs - bucket.atMs) / 1000) * rateLimit;
    return { tokens: Math.min(tokens, burstLimit), atMs };
  }
}
