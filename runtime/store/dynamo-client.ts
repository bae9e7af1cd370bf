/** One DynamoDB client an environment: TLS connections and credentials outlive the event that opened them. */
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { unwatched } from "../async/unwatched.js";
import { retryStrategy } from "./retry-strategy.js";
import { Slots } from "./slots.js";

/**
 * DynamoDB answers within milliseconds. Without these an answer that never comes, as over a connection that
 * died while the environment was frozen, would cost the whole event: the SDK's own default is to wait for
 * ever.
 */
const CONNECTION_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 2_000;

/**
 * As many as the SDK opens connections. What comes beyond waits outside of it: in the queue of Node's agent
 * both timeouts would run already, and the end of a burst would time out before it was sent.
 */
const CALLS_AT_ONCE = 50;

/** `config` is for where AWS's own defaults do not hold: an endpoint, a region, credentials. */
export function createDynamoClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  const client = new DynamoDBClient({
    retryStrategy,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    ...config,
  });
  const slots = new Slots(CALLS_AT_ONCE);
  client.middlewareStack.add((next) => (args) => slots.run(isAgain(args.request), () => next(args)), {
    name: "callsAtOnce",
    step: "finalizeRequest",
    priority: "low", // inside of the retries: a call that pauses takes no place
  });
  // The SDK's own timeouts: it sets them before its handler returns.
  client.middlewareStack.add((next) => (args) => unwatched(() => next(args)), {
    name: "unwatchedTimers",
    step: "deserialize",
    priority: "low", // innermost
  });
  return client;
}

/** By the header in which the SDK counts the tries of a call. */
function isAgain(request: unknown): boolean {
  const { headers } = request as { readonly headers: Readonly<Record<string, string>> };
  return !headers["amz-sdk-request"]?.startsWith("attempt=1;");
}
