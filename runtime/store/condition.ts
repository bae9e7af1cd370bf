/** Conditional writes: a condition that does not hold is an answer, not an error. */
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";

/** True when the write was done, false when its condition did not hold; every other error goes on. */
export async function conditionMet(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
