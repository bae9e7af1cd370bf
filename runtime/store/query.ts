/**
 * Reads a partition of the table `Rooms` page by page. Consistently: it sees every write that was answered
 * before.
 */

import { ROOMS } from "../contract.js";
import type { DynamoClient, Row } from "./dynamo-calls.js";
import { isExpired } from "./expiry.js";

/** Of sort keys, in the order of their bytes. */
export interface SortRange {
  /** Greater than this. Default: from the first. */
  readonly after?: string | undefined;
  /** Not greater than this. Default: to the last. */
  readonly until?: string | undefined;
}

interface PageOptions {
  /** Rows that are read at most. Default: as many as 1 MB has. */
  readonly limit?: number | undefined;
  /** Where the page before has ended. */
  readonly start?: Row | undefined;
}

interface RowPage {
  /** Expired ones are left out. */
  readonly rows: readonly Row[];
  readonly readCount: number;
  /** There may be more behind this key. */
  readonly next: Row | undefined;
}

/** One page of a partition, by one call. */
export async function queryPage(
  client: DynamoClient,
  table: string,
  key: string,
  range: SortRange,
  { limit, start }: PageOptions = {},
): Promise<RowPage> {
  const { condition, values, again } = rangeCondition(range);
  const { Items = [], LastEvaluatedKey } = await client.call("Query", {
    TableName: table,
    KeyConditionExpression: `#key = :key${condition}`,
    ExpressionAttributeNames: {
      "#key": ROOMS.partitionKey,
      ...(condition !== "" && { "#sort": ROOMS.sortKey }),
    },
    ExpressionAttributeValues: { ":key": { S: key }, ...values },
    ConsistentRead: true,
    ...(limit !== undefined && { Limit: limit + again }),
    ...(start && { ExclusiveStartKey: start }),
  });
  const isBehind = (row: Row) => again === 0 || row[ROOMS.sortKey]?.S !== range.after;
  const rows = Items.filter((row) => !isExpired(Number(row[ROOMS.expiresAt]?.N)) && isBehind(row));
  return { rows, readCount: Items.length, next: LastEvaluatedKey };
}

interface RangeCondition {
  readonly condition: string;
  readonly values: Row;
  /** Rows that are read once more: `BETWEEN` takes both ends. */
  readonly again: number;
}

/** An empty key is refused. */
function rangeCondition({ after = "", until }: SortRange): RangeCondition {
  const [from, to] = [{ ":after": { S: after } }, { ":until": { S: until ?? "" } }];
  if (after !== "" && until !== undefined)
    return { condition: " AND #sort BETWEEN :after AND :until", values: { ...from, ...to }, again: 1 };
  if (after !== "") return { condition: " AND #sort > :after", values: from, again: 0 };
  if (until !== undefined) return { condition: " AND #sort <= :until", values: to, again: 0 };
  return { condition: "", values: {}, again: 0 };
}

/** `after`: only rows whose sort key is greater; `limit`: only the first so many are read. */
export async function* queryRows(
  client: DynamoClient,
  table: string,
  key: string,
  after?: string,
  limit?: number,
): AsyncIterable<readonly Row[]> {
  let start: Row | undefined;
  let left = limit;
  do {
    const { rows, readCount, next } = await queryPage(client, table, key, { after }, { limit: left, start });
    if (rows.length > 0) yield rows;
    start = next;
    if (left !== undefined) left -= readCount;
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
