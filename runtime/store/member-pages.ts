/**
 * Members of rooms in ranges of socket ids, each page by one Query. A room is one partition, sorted by the
 * id, so several functions can read it at the same time, each its range
 * (docs/decisions/deliver-in-ranges.md).
 */

import { ROOMS } from "../contract.js";
import type { ProtocolName } from "../protocol/incoming.js";
import type { DynamoClient, Row } from "./dynamo-calls.js";
import { queryPage, type SortRange } from "./query.js";
import { roomKey, shardKey } from "./room-key.js";
import type { Member } from "./store.js";

/**
 * 500 new connections a second are an account's default (`aws-facts.md` §4), a partition takes 1,000 writes a
 * second and each connection enters once and leaves once: four shards carry four times that. Each costs a
 * read a broadcast.
 */
export const EVERYONE_SHARDS = 4;

/** Of socket ids. */
export type SidRange = SortRange;

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

    async page(part, range, limit) {
      const { rows, next } = await queryPage(client, table, part, range, { limit });
      const upTo = next?.[ROOMS.sortKey]?.S;
      return { members: rows.map(toMember), upTo: upTo === range.until ? undefined : upTo };
    },
  };
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
