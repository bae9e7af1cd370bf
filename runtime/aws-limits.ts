/**
 * AWS's limits that we keep to, and that the local stack imitates. A limit that only one side knows stands
 * there (`local/gateway/limits.ts`, `local/lambda/limits.ts`). It imports nothing, as `contract.ts`.
 */

/**
 * How long API Gateway waits for a function (`aws-facts.md` §1.6), and so how long an event lives at most.
 */
export const INTEGRATION_TIMEOUT_MS = 29_000;

/** One WebSocket frame of a client, and clients send one frame a message (`aws-facts.md` §4). */
export const MAX_FRAME_BYTES = 32 * 1024;

/** What a post may carry (`aws-facts.md` §4). */
export const MAX_POST_BYTES = 128 * 1024;

/** What a connection may be without a message (`aws-facts.md` §4). */
export const IDLE_TIMEOUT_MS = 10 * 60_000;

/** The life of a connection (`aws-facts.md` §4). */
export const MAX_CONNECTION_MS = 2 * 60 * 60_000;

/** An asynchronous invocation's event (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
export const MAX_ASYNC_EVENT_BYTES = 1024 * 1024;

/**
 * An item of DynamoDB, names and values
 * (docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).
 */
export const MAX_DYNAMO_ITEM_BYTES = 400 * 1024;

/** What a function answers with (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
export const MAX_RESPONSE_BYTES = 6 * 1024 * 1024 - 64 * 1024; // less the headers
