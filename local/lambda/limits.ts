/** Lambda's limits: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */

/** Payload of a call that waits for its answer. */
export const MAX_SYNC_BYTES = 6 * 1024 * 1024;

/** What a function may answer: 6 MB, and what Lambda's own message says beside it. */
export const MAX_RESPONSE_BYTES = 6_291_556;

/** All of a function's environment variables, names and values. */
export const MAX_ENVIRONMENT_BYTES = 4 * 1024;

/** What a function may set as its timeout. */
export const MAX_TIMEOUT_SECONDS = 900;

/**
 * What loading a function's code may take. Beyond, Lambda stops it, and repeats it within the first
 * invocation, whose time it then takes
 * (docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib).
 */
export const INIT_TIMEOUT_MS = 10_000;

/**
 * On Lambda the code runs in Node's main thread, whose stack V8 limits to 984 KB. A worker has 4
 * MB unless told otherwise, and keeps 192 KB of what it is told for itself
 * (node/src/node_worker.h, `kStackBufferSize`).
 */
export const STACK_SIZE_MB = (984 + 192) / 1024;
