/**
 * Members of rooms in ranges of socket ids, each page by one Query. A room is one partition, sorted by the
 * id, so several functions can read it at the same time, each its range
 * (docs/decisions/deliver-in-ranges.md).
 */

import { ROOMS } from "../contract.js";
import type { ProtocolName } from "../protocol/incoming.js";
import type { DynamoClient, Row } from "./dynamo-calls.js";
import { isExpired } from "./expiry.js";
import { roomKey, shardKey } from "./room-key.js";
import type { Member } from "./store.js";

/**
 * 500 new connections a second are an account's default (`aws-facts.md` §4), a partition takes 1,000 writes a
 * second and each connection enters once and leaves once: four shards carry four times that. Each costs a
 * read a broadcast.
 */
export const EVERYONE_SHARDS = 4;

/** Of socket ids, in the order of their bytes. */
export interface SidRange {
  /** Greater than this. Default: from the first. */
  readonly after?: string | undefined;
  /** Not greater than this. Default: to the last. */
  readonly until?: string | undefined;
}

export interface MemberPage {
  /** In the order of their socket ids. */
  readonly members: readonly Member[];
  /** There may be more behind this id. Undefined: the range has been read. */
  readonly upTo: string | undefined;
}

export interface MemberPages {
  /** Where the members of these rooms stand; with no rooms, all sockets of the namespace. */
  partsOf(namespace: string, rooms: readonly string[]): readonly string[];
  /**
   * The first members of a part in a range, `limit` of them at most and 1 MB. Consistent: it sees every write
   * that was answered before.
   */
  page(part: string, range: SidRange, limit: number): Promise<MemberPage>;
}

export function memberPages(client: DynamoClient, table: string): MemberPages {
  return {
    partsOf: (namespace, rooms) =>
      rooms.length > 0
        ? rooms.map((room) => roomKey(namespace, room))
        : Array.from({ length: EVERYONE_SHARDS }, (_, shard) => shardKey(namespace, shard)),

    async page(part, { after, until }, limit) {
      const { condition, values, again } = rangeCondition(after, until);
      const { Items = [], LastEvaluatedKey } = await client.call("Query", {
        TableName: table,
        KeyConditionExpression: `#key = :key${condition}`,
        ExpressionAttributeNames: {
          "#key": ROOMS.partitionKey,
          ...(condition !== "" && { "#sort": ROOMS.sortKey }),
        },
        ExpressionAttributeValues: { ":key": { S: part }, ...values },
        ConsistentRead: true,
        Limit: limit + again,
      });
      const upTo = LastEvaluatedKey?.[ROOMS.sortKey]?.S;
      const members = Items.filter((row) => isThere(row) && row[ROOMS.sortKey]?.S !== after).map(toMember);
      return { members, upTo: upTo === until ? undefined : upTo };
    },
  };
}

interface RangeCondition {
  readonly condition: string;
  readonly values: Row;
  /** Rows that are read once more: `BETWEEN` takes both ends. */
  readonly again: number;
}

/** An empty key is refused. */
function rangeCondition(after = "", until?: string): RangeCondition {
  const [from, to] = [{ ":after": { S: after } }, { ":until": { S: until ?? "" } }];
  if (after !== "" && until !== undefined)
    return { condition: " AND #sort BETWEEN :after AND :until", values: { ...from, ...to }, again: 1 };
  if (after !== "") return { condition: " AND #sort > :after", values: from, again: 0 };
  if (until !== undefined) return { condition: " AND #sort <= :until", values: to, again: 0 };
  return { condition: "", values: {}, again: 0 };
}

function isThere(row: Row): boolean {
  return !isExpired(Number(row[ROOMS.expiresAt]?.N));
}

export function toMember(row: Row): Member {
  return {
    sid: row[ROOMS.sortKey]?.S ?? "",
    connectionId: row.connectionId?.S ?? "",
    endpoint: row.endpoint?.S ?? "",
    protocol: row.protocol?.S as ProtocolName,
    ...(row.leased && { leased: true }),
    ...(row.recoveredFrom?.S !== undefined && { recoveredFrom: row.recoveredFrom.S }),
    ...(row.recoveredAt?.N !== undefined && { recoveredAt: Number(row.recoveredAt.N) }),
  };
}
