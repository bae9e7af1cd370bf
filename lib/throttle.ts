import { InvalidPropError } from "./errors.js";

/**
 * How many messages the API takes, by a token bucket for each route
 * (docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html).
 */
export interface ThrottleOptions {
  /** Messages a second in the long run, on each route. */
  readonly rateLimit: number;
  /** Messages that may come at once. */
  readonly burstLimit: number;
}

/**
 * Half of a new account's 10,000 requests a second and burst of 5,000: the other half is
 * for posts, which count too.
 */
export const DEFAULT_THROTTLE: ThrottleOptions = { rateLimit: 5_000, burstLimit: 2_500 };

/** @throws InvalidPropError */
export function validThrottle({ rateLimit, burstLimit }: ThrottleOptions): ThrottleOptions {
  if (!(rateLimit > 0) || !Number.isFinite(rateLimit)) {
    throw new InvalidPropError(
      "throttle",
      `a rateLimit of ${rateLimit} lets nobody in.`,
      "Give messages a second, above 0.",
    );
  }
  if (!Number.isInteger(burstLimit) || burstLimit < 1) {
    throw new InvalidPropError(
      "throttle",
      `a burstLimit of ${burstLimit} lets nobody in.`,
      "Give a whole number of messages, 1 or more.",
    );
  }
  return { rateLimit, burstLimit };
}
