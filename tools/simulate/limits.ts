/** What AWS allows an account in a Region by default, and what a partition of DynamoDB can do at all. */

export interface Limits {
  /** API Gateway's throttle over everything: frames in, posts, connects. A token bucket of this rate … */
  readonly accountRps: number;
  /** … and this size. AWS raises the rate, not the burst. */
  readonly accountBurst: number;
  readonly newConnectionsPerSecond: number;
  /**
   * Lambda environments at once; a function may also run no more than ten requests a second for each of them.
   */
  readonly lambdaConcurrency: number;
  /** Write units a second of one table; read units the same. */
  readonly tableUnits: number;
  /** Of the room of all sockets of a namespace. */
  readonly shards: number;
}

/**
 * docs.aws.amazon.com: API Gateway "limits", Lambda "gettingstarted-limits", DynamoDB
 * "ServiceQuotas" (2026-11).
 */
export const DEFAULT_LIMITS: Limits = {
  accountRps: 10_000,
  accountBurst: 5_000,
  newConnectionsPerSecond: 500,
  lambdaConcurrency: 1_000,
  tableUnits: 40_000,
  shards: 4,
};

/** One partition of DynamoDB; nobody raises these. */
export const PARTITION_WRITE_UNITS = 1_000;
export const PARTITION_READ_UNITS = 3_000;

/** Lambda: requests a second for each environment of the concurrency. */
export const REQUESTS_PER_ENVIRONMENT = 10;
