import { isObject } from "../template/intrinsics.js";

/**
 * The messages that a function with `ReportBatchItemFailures` could not handle, by their ids. An
 * empty or missing list, an empty object and no answer at all mean that none failed. Undefined where
 * the answer is malformed or names a message that is not in the batch: then the whole batch counts
 * as failed (LAM/services-sqs-errorhandling).
 */
export function failedIdsIn(answer: unknown, batchIds: ReadonlySet<string>): ReadonlySet<string> | undefined {
  if (answer === null || answer === undefined) return new Set();
  if (!isObject(answer)) return undefined;
  const failures = answer.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return undefined;
  const ids = failures.map((failure: unknown) => (isObject(failure) ? failure.itemIdentifier : undefined));
  return ids.every((id) => typeof id === "string" && batchIds.has(id)) ? new Set(ids as string[]) : undefined;
}
