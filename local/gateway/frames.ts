/** What API Gateway says when it, not a function, answers a message. */
export type ErrorFrameMessage = "Internal server error" | "Forbidden" | "Too Many Requests";

/**
 * The text frame that API Gateway itself sends, byte for byte: the one space after `"message":` is AWS's own
 * (aws-facts §1.6; that it says "Too Many Requests" to a throttled message is unconfirmed). The connection
 * stays open, and one-way routes get it too.
 */
export function errorFrame(message: ErrorFrameMessage, connectionId: string, requestId: string): string {
  return `{"message": "${message}", "connectionId":"${connectionId}", "requestId":"${requestId}"}`;
}
