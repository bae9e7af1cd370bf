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
  PutItemCommand,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import { ROOMS } from "../contract.js";
import { sideBySide } from "../delivery/side-by-side.js";
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

/** Of one socket: a batch knows no conditions. */
const WRITES_AT_ONCE = 25;

export function dynamoRooms(client: DynamoDBClient, table: string): RoomStore {
  return {
    async enter(namespace, member, rooms) {
      const keys = [everyoneKey(namespace, member), ...keysOf(namespace, rooms)];
      const requests = keys.map((key) => ({ PutRequest: { Item: toRow(key, member) } }));
      for (let start = 0; start < requests.length; start += BATCH_SIZE) {
        await writeBatch(client, table, requests.slice(start, start + BATCH_SIZE));
      }
    },

    async join(namespace, member, rooms) {
      await sideBySide(keysOf(namespace, rooms), WRITES_AT_ONCE, async (key) => {
        await putIfOurs(client, table, key, member);
      });
    },

    async leave(namespace, member, rooms, { everyone = false } = {}) {
      const keys = [...keysOf(namespace, rooms), ...(everyone ? [everyoneKey(namespace, member)] : [])];
      let wereThere = true;
      await sideBySide(keys, WRITES_AT_ONCE, async (key) => {
        if (!(await removeIfOurs(client, table, key, member))) wereThere = false;
      });
      return wereThere;
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

function keysOf(namespace: string, rooms: Iterable<string>): string[] {
  return [...rooms].map((room) => roomKey(namespace, room));
}

function everyoneKey(namespace: string, { sid }: Member): string {
  return shardKey(namespace, shardOf(sid, EVERYONE_SHARDS));
}

/** `not ours`: another connection of the socket, which has recovered, wrote the row meanwhile, and it stays as it is. */
export async function putIfOurs(
  client: DynamoDBClient,
  table: string,
  key: string,
  member: Member,
): Promise<"new" | "was there" | "not ours"> {
  const put = client.send(
    new PutItemCommand({
      TableName: table,
      Item: toRow(key, member),
      ReturnValues: "ALL_OLD",
      ConditionExpression: "attribute_not_exists(#connectionId) OR #connectionId = :connectionId",
      ...ownedBy(member),
    }),
  );
  if (!(await conditionMet(put))) return "not ours";
  return (await put).Attributes ? "was there" : "new";
}

/** True when the row was there, and ours. */
export async function removeIfOurs(
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
      ...ownedBy(member),
    }),
  );
  return conditionMet(removed);
}

function ownedBy({ connectionId }: Member) {
  return {
    ExpressionAttributeNames: { "#connectionId": "connectionId" },
    ExpressionAttributeValues: { ":connectionId": { S: connectionId } },
  };
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
    ...(member.recoveredAt !== undefined && { recoveredAt: { N: String(member.recoveredAt) } }),
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
    ...(row.recoveredAt?.N !== undefined && { recoveredAt: Number(row.recoveredAt.N) }),
  };
}
