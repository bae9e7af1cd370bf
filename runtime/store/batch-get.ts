/**
 * Reads many items of one table by their keys: a call for each hundred, at the price of as many single reads.
 */

import { sideBySide } from "../async/side-by-side.js";
import type { DynamoClient, Row } from "./dynamo-calls.js";
import { untilDone } from "./until-done.js";

/** DynamoDB's limit (docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html). */
const BATCH_SIZE = 100;

/** 800 items on their way. More would only hold more of them in memory, of up to 400 KB each. */
const BATCHES_AT_ONCE = 8;

/**
 * Consistent, and in no order; what is not there is left out. No key may come twice: DynamoDB refuses that.
 *
 * @throws AwsCallError where DynamoDB left keys undone in all tries.
 */
export async function batchGet(
  client: DynamoClient,
  table: string,
  keys: readonly Row[],
): Promise<readonly Row[]> {
  const found: Row[] = [];
  const batches = Array.from({ length: Math.ceil(keys.length / BATCH_SIZE) }, (_, index) =>
    keys.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
  );
  const what = (left: number) => `Reading ${left} items of the table ${table}`;
  await sideBySide(batches, BATCHES_AT_ONCE, (batch) =>
    untilDone(batch, what, async (left) => {
      const { Responses, UnprocessedKeys } = await client.call("BatchGetItem", {
        RequestItems: { [table]: { Keys: [...left], ConsistentRead: true } },
      });
      found.push(...(Responses?.[table] ?? []));
      return UnprocessedKeys?.[table]?.Keys ?? [];
    }),
  );
  return found;
}
