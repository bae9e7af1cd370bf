/**
 * Stands in for Socket.IO's adapters for several servers, `@socket.io/redis-adapter` and its kin: here all
 * environments share the rooms in DynamoDB as it is. What `createAdapter()` gives is what a server has anyway
 * until the runtime sets its own adapter, so `io.adapter(createAdapter(…))` runs and changes nothing.
 *
 * Leaves out the adapters with their codecs, and the drivers that only they need (`mongodb`, `pg`).
 */
import inMemory = require("socket.io-adapter");
import sayOnce = require("./say-once.cjs");

const { Adapter } = inMemory;

/** Longer than a module takes to load that waits for nobody. */
const STILL_LOADING_MS = 3_000;
const LOADED = Symbol.for("socket.io-lambda.loaded");

// `await redis.connect()` comes before `createAdapter()`, and without a Redis it never ends.
setTimeout(() => {
  if (LOADED in globalThis) return;
  sayOnce(
    "The app is still being loaded, and it imports an adapter for several servers. If it waits for the adapter's Redis or database, it need not: rooms are kept in DynamoDB here, for all environments. Write `if (!process.env.AWS_LAMBDA_FUNCTION_NAME) { … }` around that connection.",
  );
}, STILL_LOADING_MS).unref();

function createAdapter(): typeof Adapter {
  sayOnce(
    "The adapter that createAdapter() would make is left out: rooms are kept in DynamoDB here, for all environments. The file may keep the line for a server of its own.",
  );
  return Adapter;
}

/** Of a cluster's primary process, which is not here. */
function setupPrimary(): void {
  sayOnce(
    "setupPrimary() of an adapter does nothing: there are no worker processes here, only environments that share their rooms in DynamoDB.",
  );
}

// `socket.io-redis` is the function itself; the others have it by name.
export = Object.assign(createAdapter, {
  createAdapter,
  createShardedAdapter: createAdapter,
  setupPrimary,
  RedisAdapter: Adapter,
  MongoAdapter: Adapter,
  PostgresAdapter: Adapter,
  NodeClusterAdapter: Adapter,
});
