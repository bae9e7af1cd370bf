/** One DynamoDB client an environment: TLS connections and credentials outlive the event that opened them. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/**
 * Eight tries with the SDK's exponential backoff and jitter take about 3 s at worst, well inside the 29 s that
 * API Gateway waits, and ride out the throttling of an on-demand table while it splits.
 */
const MAX_ATTEMPTS = 8;

export function createDynamoClient(): DynamoDBClient {
  return new DynamoDBClient({ maxAttempts: MAX_ATTEMPTS });
}
