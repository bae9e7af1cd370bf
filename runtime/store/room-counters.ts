/**
 * How many sockets are in each room, in the table `Rooms`: partition `["nsp",{"counts":shard}]`, sort key the
 * room's name as JSON, so that all rooms of a namespace are read without a row of their members.
 *
 * When a counter has not changed for as long as a connection may live, the room has no members any more. If
 * it is not 0 then, it is wrong; so counters expire.
 */
import { sideBySide } from "../async/side-by-side.js";
import { ROOMS } from "../contract.js";
import { conditionMet } from "./condition.js";
import type { DynamoClient, Row } from "./dynamo-calls.js";
import { expiresAt, isExpired } from "./expiry.js";
import { queryRows, rowKey } from "./query.js";
import { countsKey, roomSortKey } from "./room-key.js";
import { shardOf } from "./shard.js";
import { UpdateExpression } from "./update-expression.js";

/** One partition takes 1,000 writes a second (`aws-facts.md` §7). */
const SHARDS = 4;

export class RoomCounters {
  constructor(
    private readonly client: DynamoClient,
    private readonly table: string,
  ) {}

  /** The new count. A room of its `owner`'s own is marked, and no room to list. */
  async add(namespace: string, room: string, by: 1 | 0 | -1, owner: string): Promise<number> {
    const key = counterKey(namespace, room);
    const now = Date.now();
    const update = new UpdateExpression()
      .requireMissingOrAbove(ROOMS.expiresAt, seconds(now))
      .set([ROOMS.expiresAt], { N: String(expiresAt(now)) })
      .addNumber("count", by);
    if (room === owner) update.set(["own"], { BOOL: true });
    if (isHashed(key)) update.set(["name"], { S: JSON.stringify(room) });
    const added = this.client.call("UpdateItem", update.toInput(this.table, key, "ALL_NEW"));
    if (await conditionMet(added)) return countIn((await added).Attributes);
    await this.#remove(key, "#expiresAt <= :limit", { "#expiresAt": ROOMS.expiresAt }, seconds(now));
    return this.add(namespace, room, by, owner);
  }

  /** Does nothing where a socket has joined meanwhile. */
  async remove(namespace: string, room: string): Promise<void> {
    await this.#remove(counterKey(namespace, room), "#count <= :limit", { "#count": "count" }, { N: "0" });
  }

  async all(namespace: string): Promise<Map<string, number>> {
    const shards = Array.from({ length: SHARDS }, (_, shard) => countsKey(namespace, shard));
    const sizes = new Map<string, number>();
    await sideBySide(shards, SHARDS, async (shard) => {
      for await (const rows of queryRows(this.client, this.table, shard)) {
        for (const row of rows) if (isListed(row)) sizes.set(nameIn(row), countIn(row));
      }
    });
    return sizes;
  }

  async one(namespace: string, room: string): Promise<number> {
    const { Item } = await this.client.call("GetItem", {
      TableName: this.table,
      Key: counterKey(namespace, room),
      ConsistentRead: true,
    });
    return Item && !isExpired(Number(Item[ROOMS.expiresAt]?.N)) && isListed(Item) ? countIn(Item) : 0;
  }

  async #remove(
    key: Row,
    condition: string,
    names: Readonly<Record<string, string>>,
    limit: { readonly N: string },
  ): Promise<void> {
    const removed = this.client.call("DeleteItem", {
      TableName: this.table,
      Key: key,
      ConditionExpression: condition,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ":limit": limit },
    });
    await conditionMet(removed);
  }
}

function counterKey(namespace: string, room: string): Row {
  return rowKey(countsKey(namespace, shardOf(room, SHARDS)), roomSortKey(room));
}

function isHashed(key: Row): boolean {
  return key[ROOMS.sortKey]?.S?.startsWith("#") ?? false;
}

function nameIn(row: Row): string {
  return JSON.parse(row.name?.S ?? row[ROOMS.sortKey]?.S ?? "");
}

function countIn(row: Row | undefined): number {
  return Number(row?.count?.N);
}

function isListed(row: Row): boolean {
  return row.own === undefined && countIn(row) > 0;
}

function seconds(ms: number): { readonly N: string } {
  return { N: String(Math.floor(ms / 1000)) };
}
