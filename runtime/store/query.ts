/**
 * Reads a partition of the table `Rooms` page by page. Consistently: it sees every write that was answered
 * before.
 */

import { ROOMS } from "../contract.js";
import type { DynamoClient, Row } from "./dynamo-calls.js";
import { isExpired } from "./expiry.js";

/**
 * `after`: only rows whose sort key is greater, where it is not empty; `limit`: only the first so many are
 * read. Expired rows are left out.
 */
export async function* queryRows(
  client: DynamoClient,
  table: string,
  key: string,
  after?: string,
  limit?: number,
): AsyncIterable<readonly Row[]> {
  const isAfter = after !== undefined && after !== ""; // an empty key is refused
  let start: Row | undefined;
  let left = limit;
  do {
    const { Items = [], LastEvaluatedKey } = await client.call("Query", {
      TableName: table,
      KeyConditionExpression: isAfter ? "#key = :key AND #sort > :after" : "#key = :key",
      ExpressionAttributeNames: {
        "#key": ROOMS.partitionKey,
        ...(isAfter && { "#sort": ROOMS.sortKey }),
      },
      ExpressionAttributeValues: {
        ":key": { S: key },
        ...(isAfter && { ":after": { S: after } }),
      },
      ConsistentRead: true,
      ...(left !== undefined && { Limit: left }),
      ...(start && { ExclusiveStartKey: start }),
    });
    const rows = Items.filter((row) => !isExpired(Number(row[ROOMS.expiresAt]?.N)));
    if (rows.length > 0) yield rows;
    start = LastEvaluatedKey;
    if (left !== undefined) left -= Items.length;
  } while (start && left !== 0);
}

/** A whole partition, where it is known to be small. */
export async function allRows(
  client: DynamoClient,
  table: string,
  key: string,
  after?: string,
  limit?: number,
): Promise<Row[]> {
  const all: Row[] = [];
  for await (const rows of queryRows(client, table, key, after, limit)) all.push(...rows);
  return all;
}

/** The primary key of a row. */
export function rowKey(key: string, sort: string): Row {
  return { [ROOMS.partitionKey]: { S: key }, [ROOMS.sortKey]: { S: sort } };
}

/**
 * What every row besides the members of rooms has: its key, and the time after which DynamoDB may delete it.
 */
export function shortLivedRow(key: string, sort: string, keptSeconds: number): Row {
  return { ...rowKey(key, sort), ...expiry(keptSeconds) };
}

export function expiry(keptSeconds: number): Row {
  return { [ROOMS.expiresAt]: { N: String(Math.ceil(Date.now() / 1000) + keptSeconds) } };
}
