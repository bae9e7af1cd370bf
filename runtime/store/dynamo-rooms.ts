/**
 * The table `Rooms`: one row for each socket in each room, partition `["nsp","room"]`, sort key `sid`, with
 * all that a broadcast needs to post: a broadcast to n members reads their rows and nothing else.
 *
 * Each namespace has besides a room of all its sockets, in `EVERYONE_SHARDS` partitions.
 */

import { sideBySide } from "../async/side-by-side.js";
import { ROOMS } from "../contract.js";
import { conditionMet } from "./condition.js";
import type { DynamoClient, Row, WriteRequest } from "./dynamo-calls.js";
import { expiresAt } from "./expiry.js";
import { EVERYONE_SHARDS, memberPages, toMember } from "./member-pages.js";
import { queryRows, rowKey } from "./query.js";
import { roomKey, shardKey } from "./room-key.js";
import type { RoomStore } from "./room-store.js";
import { shardOf } from "./shard.js";
import type { Member } from "./store.js";
import { untilDone } from "./until-done.js";
import { UpdateExpression } from "./update-expression.js";

const BATCH_SIZE = 25;

/** Of one socket: a batch knows no conditions. */
const WRITES_AT_ONCE = 25;

export function dynamoRooms(client: DynamoClient, table: string): RoomStore {
  return {
    async enter(namespace, member, rooms, joinedAt) {
      const rows = [...rooms].map((room) =>
        toRow(roomKey(namespace, room), joinedAs(member, room, joinedAt)),
      );
      const requests = [toRow(everyoneKey(namespace, member.sid), member), ...rows].map((Item) => ({
        PutRequest: { Item },
      }));
      for (let start = 0; start < requests.length; start += BATCH_SIZE) {
        await writeBatch(client, table, requests.slice(start, start + BATCH_SIZE));
      }
    },

    async join(namespace, member, rooms) {
      await sideBySide(keysOf(namespace, rooms), WRITES_AT_ONCE, async (key) => {
        await putIfOurs(client, table, key, member);
      });
    },

    async leave(namespace, member, rooms, { everyone = false, onLeft } = {}) {
      const rows = [...rooms].map((room) => ({ key: roomKey(namespace, room), room }));
      const all = everyone ? [{ key: everyoneKey(namespace, member.sid), room: undefined }] : [];
      let wereThere = true;
      await sideBySide([...rows, ...all], WRITES_AT_ONCE, async ({ key, room }) => {
        const removed = await removeIfOurs(client, table, key, member);
        if (!removed) wereThere = false;
        else if (room !== undefined) onLeft?.(room, removed.joinedAt);
      });
      return wereThere;
    },

    pages: memberPages(client, table),

    members: (namespace, room) => query(client, table, roomKey(namespace, room)),

    async *everyone(namespace) {
      const shards = Array.from({ length: EVERYONE_SHARDS }, (_, shard) =>
        query(client, table, shardKey(namespace, shard))[Symbol.asyncIterator](),
      );
      // All at once: nobody waits for four reads in a row.
      const firstPages = shards.map((shard) => shard.next());
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

async function* query(client: DynamoClient, table: string, key: string): AsyncIterable<readonly Member[]> {
  for await (const rows of queryRows(client, table, key)) yield rows.map(toMember);
}

function keysOf(namespace: string, rooms: Iterable<string>): string[] {
  return [...rooms].map((room) => roomKey(namespace, room));
}

/** Where a socket stands in the room of its whole namespace. */
export function everyoneKey(namespace: string, sid: string): string {
  return shardKey(namespace, shardOf(sid, EVERYONE_SHARDS));
}

/** When a member that comes in had joined a room. */
export function joinedAs(member: Member, room: string, joinedAt: ReadonlyMap<string, number> = NONE): Member {
  const at = joinedAt.get(room);
  return at === undefined ? member : { ...member, joinedAt: at };
}

const NONE: ReadonlyMap<string, number> = new Map();

/**
 * `not ours`: another connection of the socket, which has recovered, wrote the row meanwhile, and it stays as
 * it is.
 */
export async function putIfOurs(
  client: DynamoClient,
  table: string,
  key: string,
  member: Member,
): Promise<"new" | "was there" | "not ours"> {
  const put =
    member.joinedAt === undefined ? putRow(client, table, key, member) : keepRow(client, table, key, member);
  if (!(await conditionMet(put))) return "not ours";
  return (await put).Attributes ? "was there" : "new";
}

type OldRow = Promise<{ readonly Attributes?: Row | undefined }>;

function putRow(client: DynamoClient, table: string, key: string, member: Member): OldRow {
  return client.call("PutItem", {
    TableName: table,
    Item: toRow(key, member),
    ReturnValues: "ALL_OLD",
    ConditionExpression: "attribute_not_exists(#connectionId) OR #connectionId = :connectionId",
    ...ownedBy(member),
  });
}

/** Who joins again has been in the room since the first time. */
function keepRow(client: DynamoClient, table: string, key: string, member: Member): OldRow {
  const own = rowKey(key, member.sid);
  const { joinedAt, ...attributes } = toRow(key, member);
  const update = new UpdateExpression().requireMissingOrOwn("connectionId", {
    S: member.connectionId,
  });
  for (const [name, value] of Object.entries(attributes)) if (!(name in own)) update.set([name], value);
  if (joinedAt) update.setOnce("joinedAt", joinedAt);
  return client.call("UpdateItem", update.toInput(table, own, "ALL_OLD"));
}

/** What was removed, where the row was there, and ours. */
export async function removeIfOurs(
  client: DynamoClient,
  table: string,
  key: string,
  member: Member,
): Promise<Pick<Member, "joinedAt"> | undefined> {
  const removed = client.call("DeleteItem", {
    TableName: table,
    Key: rowKey(key, member.sid),
    ReturnValues: "ALL_OLD",
    ConditionExpression: "#connectionId = :connectionId",
    ...ownedBy(member),
  });
  if (!(await conditionMet(removed))) return undefined;
  const joinedAt = (await removed).Attributes?.joinedAt?.N;
  return joinedAt === undefined ? {} : { joinedAt: Number(joinedAt) };
}

function ownedBy({ connectionId }: Member) {
  return {
    ExpressionAttributeNames: { "#connectionId": "connectionId" },
    ExpressionAttributeValues: { ":connectionId": { S: connectionId } },
  };
}

async function writeBatch(client: DynamoClient, table: string, requests: WriteRequest[]): Promise<void> {
  const what = (left: number) => `Writing ${left} rows of the table ${table}`;
  await untilDone(requests, what, async (left) => {
    const { UnprocessedItems } = await client.call("BatchWriteItem", {
      RequestItems: { [table]: [...left] },
    });
    return UnprocessedItems?.[table] ?? [];
  });
}

export function toRow(key: string, member: Member): Row {
  return {
    ...rowKey(key, member.sid),
    connectionId: { S: member.connectionId },
    endpoint: { S: member.endpoint },
    protocol: { S: member.protocol },
    ...(member.leased && { leased: { BOOL: true } }),
    ...(member.recoveredFrom !== undefined && { recoveredFrom: { S: member.recoveredFrom } }),
    ...(member.recoveredAt !== undefined && { recoveredAt: { N: String(member.recoveredAt) } }),
    ...(member.joinedAt !== undefined && { joinedAt: { N: String(member.joinedAt) } }),
    [ROOMS.expiresAt]: { N: String(expiresAt(Date.now())) },
  };
}
