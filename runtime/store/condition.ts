/** Conditional writes: a condition that does not hold is an answer, not an error. */
import { DynamoError } from "../errors.js";

/** True when the write was done, false when its condition did not hold; every other error goes on. */
export async function conditionMet(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent;
    return true;
  } catch (error) {
    if (error instanceof DynamoError && error.code === "ConditionalCheckFailedException") return false;
    throw error;
  }
}
