/**
 * A room's broadcasts under a steady load, event by event: clients send at random moments (Poisson),
 * every frame and post of the account takes a token of the same bucket, and each delivery is timed
 * from the sender's frame to the recipient's.
 */
import { EVENT, POST, QUEUE, READ } from "./latencies.js";
import { type Percentiles, percentiles } from "./percentiles.js";
import type { Random } from "./random.js";
import { TokenBucket } from "./token-bucket.js";

export interface RoomBroadcasts {
  readonly messagesPerSecond: number;
  readonly roomsOf: number;
  /** Requests a second that are none of these broadcasts: pings, connects, joins. */
  readonly otherRps: number;
  readonly accountRps: number;
  readonly accountBurst: number;
  readonly isOrdered: boolean;
}

/** Enough for a 99th percentile that does not jump with the seed. */
const DELIVERIES = 200_000;

/**
 * `undefined` where more is asked than the account takes: then the wait grows without end
 * and what is refused is lost.
 */
export function roomBroadcasts(load: RoomBroadcasts, random: Random): Percentiles | undefined {
  const { messagesPerSecond, roomsOf, otherRps, accountRps } = load;
  if (messagesPerSecond * (1 + roomsOf) + otherRps >= accountRps || messagesPerSecond === 0) return undefined;

  const requests = [...arrivals(load, random)].sort((a, b) => a.atMs - b.atMs);
  const bucket = new TokenBucket(accountRps, load.accountBurst);
  const latencies: number[] = [];
  for (const { atMs, sentMs } of requests) {
    const goesMs = bucket.take(atMs);
    if (sentMs !== undefined) latencies.push(goesMs + random.durationMs(POST) - sentMs);
  }
  return percentiles(latencies);
}

interface Request {
  readonly atMs: number;
  /** Set for a post: when its message was sent. */
  readonly sentMs?: number;
}

function* arrivals(load: RoomBroadcasts, random: Random): Iterable<Request> {
  const { messagesPerSecond, roomsOf, otherRps, isOrdered } = load;
  const messages = Math.max(20, Math.ceil(DELIVERIES / roomsOf));
  let sentMs = 0;
  for (let message = 0; message < messages; message++) {
    sentMs += random.gapMs(messagesPerSecond);
    yield { atMs: sentMs };
    const queueMs = isOrdered ? random.durationMs(QUEUE) : 0;
    const atMs = sentMs + queueMs + random.durationMs(EVENT) + random.durationMs(READ);
    for (let member = 0; member < roomsOf; member++) yield { atMs, sentMs };
  }
  if (otherRps === 0) return;
  for (let atMs = random.gapMs(otherRps); atMs < sentMs; atMs += random.gapMs(otherRps)) yield { atMs };
}
