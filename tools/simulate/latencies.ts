/**
 * Durations on the way of a message. Assumptions, not measurements on AWS: nothing here was run in an
 * account. The post is that of the mock in `npm run bench`. The client's own network is not in them.
 */
import type { Duration } from "./random.js";

/** From the gateway to a warm function that begins, and what it does before it reads the room. */
export const EVENT: Duration = { p50Ms: 20, p99Ms: 60 };

/** One small read from DynamoDB. */
export const READ: Duration = { p50Ms: 4, p99Ms: 15 };

/** One post, which the client receives half-way; counted whole. */
export const POST: Duration = { p50Ms: 10, p99Ms: 50 };

/** Handing a chunk or a range over: Lambda takes the event and answers 202. */
export const INVOKE: Duration = { p50Ms: 12, p99Ms: 50 };

/** An asynchronous invocation of `deliver` until it begins to post. */
export const DISPATCH: Duration = { p50Ms: 30, p99Ms: 120 };

/** One page of a query, and its time where the partition is not the limit. */
export const PAGE_BYTES = 1024 * 1024;
export const PAGE: Duration = { p50Ms: 40, p99Ms: 100 };

/** The queue of ordered mode, there and back. */
export const QUEUE: Duration = { p50Ms: 30, p99Ms: 80 };
