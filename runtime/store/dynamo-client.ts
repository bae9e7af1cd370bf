/** One DynamoDB client an environment: TLS connections and credentials outlive the event that opened them. */
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";

/**
 * Eight tries with the SDK's exponential backoff and jitter take about 3 s at worst, well inside the 29 s that
 * API Gateway waits, and ride out the throttling of an on-demand table while it splits.
 */
const MAX_ATTEMPTS = 8;

/**
 * DynamoDB answers within milliseconds. Without these an answer that never comes, as over a connection that died while the
 * environment was frozen, would cost the whole event: the SDK's own default is to wait for ever.
 */
const CONNECTION_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 2_000;

/** `config` is for where AWS's own defaults do not hold: an endpoint, a region, credentials. */
export function createDynamoClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    ...config,
  });
}
