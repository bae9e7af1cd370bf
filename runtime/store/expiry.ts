/** API Gateway ends a connection after two hours at most (`aws-facts.md` §4). */
export const MAX_CONNECTION_SECONDS = 7200;

/** Time for a late `$disconnect` to find the item. */
const MARGIN_SECONDS = 600;

/**
 * When DynamoDB may delete what belongs to a connection, in epoch seconds: the backstop for what nobody
 * removed.
 */
export function expiresAt(connectedAtMs: number): number {
  return Math.floor(connectedAtMs / 1000) + MAX_CONNECTION_SECONDS + MARGIN_SECONDS;
}

/**
 * DynamoDB deletes within days and returns expired items until then (`aws-facts.md` §7), so readers look
 * themselves.
 */
export function isExpired(expiresAtSeconds: number, nowMs = Date.now()): boolean {
  return expiresAtSeconds * 1000 < nowMs;
}

/**
 * Parts of binary packets that have waited for longer are forgotten: a slow line takes 16 s for one of 32 KB.
 */
export const PARTS_KEPT_SECONDS = 300;
