/**
 * The table `Rooms`: one row for each socket in each room, partition `["nsp","room"]`, sort key `sid`, with all that a
 * broadcast needs to post: a broadcast to n members reads their rows and nothing else.
 *
 * Each namespace has besides a room of all its sockets, in `EVERYONE_SHARDS` partitions.
 */

import { setTimeout as delay } from "node:timers/promises";
import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import { ROOMS } from "../contract.js";
import { AwsCallError } from "../errors.js";
import { conditionMet } from "./condition.js";
import { expiresAt } from "./expiry.js";
import { queryRows, type Row, rowKey } from "./query.js";
import { roomKey, shardKey } from "./room-key.js";
import { shardOf } from "./shard.js";
import type { Member, ProtocolName, RoomStore } from "./store.js";

/**
 * 500 new connections a second are an account's default (`aws-facts.md` §4), a partition takes 1,000 writes a second and
 * each connection enters once and leaves once: four shards carry four times that. Each costs a read a broadcast.
 */
const EVERYONE_SHARDS = 4;

const BATCH_SIZE = 25;

export function dynamoRooms(client: DynamoDBClient, table: string): RoomStore {
  return {
    async change(namespace, member, { join = [], leave = [], everyone }) {
      const own = shardKey(namespace, shardOf(member.sid, EVERYONE_SHARDS));
      const entered = [
        ...[...join].map((room) => roomKey(namespace, room)),
        ...(everyone === "enter" ? [own] : []),
      ];
      const left = [
        ...[...leave].map((room) => roomKey(namespace, room)),
        ...(everyone === "leave" ? [own] : []),
      ];
      const requests: WriteRequest[] = [
        ...left.map((key) => ({ DeleteRequest: { Key: rowKey(key, member.sid) } })),
        ...entered.map((key) => ({ PutRequest: { Item: toRow(key, member) } })),
      ];
      for (let start = 0; start < requests.length; start += BATCH_SIZE) {
        await writeBatch(client, table, requests.slice(start, start + BATCH_SIZE));
      }
    },

    async reap(namespace, member, rooms) {
      const everyone = shardKey(namespace, shardOf(member.sid, EVERYONE_SHARDS));
      const keys = [everyone, ...rooms.map((room) => roomKey(namespace, room))];
      await Promise.all(keys.map((key) => removeIfSame(client, table, key, member)));
    },

    members: (namespace, room) => query(client, table, roomKey(namespace, room)),

    async *everyone(namespace) {
      const shards = Array.from({ length: EVERYONE_SHARDS }, (_, shard) =>
        query(client, table, shardKey(namespace, shard))[Symbol.asyncIterator](),
      );
      const firstPages = shards.map((shard) => shard.next()); // all at once: nobody waits for four reads in a row
      for (const page of firstPages) page.catch(() => {}); // awaited below, as long as somebody reads on
      for (const [index, shard] of shards.entries()) {
        let page = await firstPages[index];
        while (page && !page.done) {
          yield page.value;
          page = await shard.next();
        }
      }
    },
  };
}

async function* query(client: DynamoDBClient, table: string, key: string): AsyncIterable<readonly Member[]> {
  for await (const rows of queryRows(client, table, key)) yield rows.map(fromRow);
}

/** Removes a row unless another connection of the same socket has written it anew. True when it was there. */
export async function removeIfSame(
  client: DynamoDBClient,
  table: string,
  key: string,
  member: Member,
): Promise<boolean> {
  const removed = client.send(
    new DeleteItemCommand({
      TableName: table,
      Key: rowKey(key, member.sid),
      ConditionExpression: "#connectionId = :connectionId",
      ExpressionAttributeNames: { "#connectionId": "connectionId" },
      ExpressionAttributeValues: { ":connectionId": { S: member.connectionId } },
    }),
  );
  return conditionMet(removed);
}

const BATCH_TRIES = 8;

/** DynamoDB may leave rows of a batch undone when it throttles: they are tried again with growing pauses, 3 s in all. */
async function writeBatch(client: DynamoDBClient, table: string, requests: WriteRequest[]): Promise<void> {
  let left = requests;
  for (let attempt = 1; left.length > 0; attempt++) {
    const { UnprocessedItems } = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [table]: left } }),
    );
    left = UnprocessedItems?.[table] ?? [];
    if (left.length === 0) return;
    if (attempt === BATCH_TRIES) {
      throw new AwsCallError(
        undefined,
        `Writing ${left.length} rows of the table ${table}, throttled ${attempt} times,`,
      );
    }
    await delay(Math.random() * 25 * 2 ** attempt);
  }
}

export function toRow(key: string, member: Member): Row {
  return {
    ...rowKey(key, member.sid),
    connectionId: { S: member.connectionId },
    endpoint: { S: member.endpoint },
    protocol: { S: member.protocol },
    ...(member.recoveredFrom !== undefined && { recoveredFrom: { S: member.recoveredFrom } }),
    [ROOMS.expiresAt]: { N: String(expiresAt(Date.now())) },
  };
}

function fromRow(row: Row): Member {
  return {
    sid: row[ROOMS.sortKey]?.S ?? "",
    connectionId: row.connectionId?.S ?? "",
    endpoint: row.endpoint?.S ?? "",
    protocol: row.protocol?.S as ProtocolName,
    ...(row.recoveredFrom?.S !== undefined && { recoveredFrom: row.recoveredFrom.S }),
  };
}
