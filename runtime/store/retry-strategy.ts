/**
 * How the SDK repeats a call to DynamoDB. Its own strategy keeps one budget for all calls of a client, so
 * that the hundredth retry under way is refused, and doubles its pauses up to 20 s: 300 reads at once of a
 * table that throttles lost 18 after 1 or 2 tries, and the slowest answer took 51 s.
 */
import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { Tries } from "../async/tries.js";

type Strategy = Extract<
  NonNullable<DynamoDBClientConfig["retryStrategy"]>,
  { refreshRetryTokenForRetry: unknown }
>;
type Token = Awaited<ReturnType<Strategy["acquireInitialRetryToken"]>>;

/**
 * Makes a call again after throttling, an error of DynamoDB's own (5xx), a timeout and a broken connection;
 * not where the call itself is wrong, or its condition does not hold. `Tries` says how often.
 */
export const retryStrategy: Strategy = {
  async acquireInitialRetryToken() {
    return tokenOf(new Tries(), 0);
  },

  async refreshRetryTokenForRetry(token, { errorType }) {
    const { tries } = token as CallToken;
    const pauseMs = errorType === "CLIENT_ERROR" ? undefined : tries.next();
    // The SDK throws the call's own error in the place of this one.
    if (pauseMs === undefined) throw new Error("There is no further try.");
    return tokenOf(tries, pauseMs);
  },

  recordSuccess() {},
};

interface CallToken extends Token {
  readonly tries: Tries;
}

function tokenOf(tries: Tries, pauseMs: number): CallToken {
  const { count } = tries;
  return { tries, getRetryCount: () => count, getRetryDelay: () => pauseMs };
}
