/**
 * Connection state recovery, in the table `Rooms`, for apps that switch it on:
 *
 * | partition | sort key | what |
 * |---|---|---|
 * | `["nsp",{"recovery":"pid"}]` | `session` | which connection the session lives on, or what it was when it was lost |
 * | `["nsp",{"log":"room"}]`, `["nsp",{"log":null}]` | offset | packets sent to a room, or to the whole namespace |
 * | `["nsp",{"missed":"sid"}]` | offset | packets that met the socket's closed connection |
 *
 * Price: 1 write more at CONNECT, 1 at a loss, 2 at a recovery; each emit 1 write (of its size) for each of
 * its rooms; a packet that meets a closed connection 1 write and 1 read; a recovery reads the logs of the
 * session's rooms from its offset on, and what the socket has missed.
 */

import { randomUUID } from "node:crypto";
import { ROOMS } from "../contract.js";
import { conditionMet } from "./condition.js";
import type { DynamoClient, Row } from "./dynamo-calls.js";
import { checkVersion, VERSION_ATTRIBUTE } from "./item-version.js";
import { decodeParts, encodeParts } from "./parts.js";
import { allRows, expiry, rowKey, shortLivedRow } from "./query.js";
import { readItem } from "./read-item.js";
import type { LoggedPacket, LostSession, RecoveryStore } from "./recovery-store.js";
import { logKey, missedKey, recoveryKey } from "./room-key.js";
import { UpdateExpression } from "./update-expression.js";
import { fromValues, valueAttributes } from "./value.js";

/** The longest life of a connection (`aws-facts.md` §4) and some more: the pointer to a living session. */
const POINTER_KEPT_SECONDS = 9_000;

const SORT_KEY = "session";

export function dynamoRecovery(client: DynamoClient, table: string): RecoveryStore {
  return {
    async open(namespace, pid, connectionId) {
      const row = shortLivedRow(recoveryKey(namespace, pid), SORT_KEY, POINTER_KEPT_SECONDS);
      const own = { S: connectionId };
      const put = {
        TableName: table,
        Item: { ...row, connectionId: own },
        ConditionExpression: "attribute_not_exists(#lostAt) OR #takenBy = :own",
        ExpressionAttributeNames: { "#lostAt": "lostAt", "#takenBy": "takenBy" },
        ExpressionAttributeValues: { ":own": own },
      };
      await conditionMet(client.call("PutItem", put));
    },

    async persist(namespace, pid, connectionId, session, keptMs) {
      const key = rowKey(recoveryKey(namespace, pid), SORT_KEY);
      const update = new UpdateExpression()
        // It lives here; or it was taken here, and was lost again before it was let in.
        .requireMissingOrEqual(ROOMS.partitionKey, ["connectionId", "takenBy"], { S: connectionId })
        .remove("connectionId", "takenBy")
        .setAll({ ...toAttributes(session), ...expiry(keptMs / 1000) });
      await update.write(client, table, key);
    },

    async find(namespace, pid) {
      const Key = rowKey(recoveryKey(namespace, pid), SORT_KEY);
      const item = await readItem(client, table, Key);
      if (!item || item.takenBy) return undefined;
      return item.connectionId?.S ? { connectionId: item.connectionId.S } : { lost: fromAttributes(item) };
    },

    async take(namespace, pid, connectionId) {
      const Key = rowKey(recoveryKey(namespace, pid), SORT_KEY);
      // Not deleted: should the answer get lost, the client's repetition finds its own mark.
      const own = { S: connectionId };
      const update = new UpdateExpression()
        .requireExists("lostAt")
        .requireMissingOrOwn("takenBy", own)
        .set(["takenBy"], own);
      return update.write(client, table, Key);
    },

    async log(namespace, rooms, { offset, parts, except }, keptMs) {
      await Promise.all(
        logsOf(rooms).map((room) => {
          const Item = {
            ...shortLivedRow(logKey(namespace, room), offset, keptMs / 1000),
            parts: encodeParts(parts),
            ...(except.length > 0 && { except: { SS: [...except] } }),
          };
          return client.call("PutItem", { TableName: table, Item });
        }),
      );
    },

    async noteLate(namespace, rooms, offset, at) {
      await Promise.all(
        logsOf(rooms).map((room) => {
          const update = new UpdateExpression().requireExists("parts").set(["lateAt"], { N: String(at) });
          return update.write(client, table, rowKey(logKey(namespace, room), offset));
        }),
      );
    },

    async logged(namespace, room, after) {
      return (await allRows(client, table, logKey(namespace, room), after)).map(toPacket);
    },

    async packet(namespace, { room, offset }) {
      const Key = rowKey(logKey(namespace, room), offset);
      const item = await readItem(client, table, Key);
      return item && toPacket(item);
    },

    async noteMissed(namespace, sid, { offset, room }, keptMs) {
      const row = shortLivedRow(missedKey(namespace, sid), offset, keptMs / 1000);
      const Item = { ...row, ...(room !== null && { toRoom: { S: room } }) };
      await client.call("PutItem", { TableName: table, Item });
    },

    async missed(namespace, sid) {
      const rows = await allRows(client, table, missedKey(namespace, sid));
      return rows
        .filter((row) => !row.takenBy)
        .map((row) => ({ offset: row[ROOMS.sortKey]?.S ?? "", room: row.toRoom?.S ?? null }));
    },

    async takeMissed(namespace, sid, offset) {
      const own = { S: randomUUID() };
      const update = new UpdateExpression()
        .requireExists(ROOMS.expiresAt)
        .requireMissingOrOwn("takenBy", own)
        .set(["takenBy"], own);
      return update.write(client, table, rowKey(missedKey(namespace, sid), offset));
    },
  };
}

/** Of a packet without rooms: that of the namespace. */
function logsOf(rooms: readonly string[]): readonly (string | null)[] {
  return rooms.length > 0 ? rooms : [null];
}

function toPacket(row: Row): LoggedPacket {
  return {
    offset: row[ROOMS.sortKey]?.S ?? "",
    parts: decodeParts(row.parts),
    except: row.except?.SS ?? [],
    ...(row.lateAt?.N !== undefined && { lateAt: Number(row.lateAt.N) }),
  };
}

function toAttributes({ sid, rooms, data, properties, lostAt, since, joinedAt, queue }: LostSession): Row {
  // Beside the rooms in their order, so that no name stands there twice; `null` where it is not known.
  const times = joinedAt && inOrder(rooms).map((room) => joinedAt.get(room) ?? null);
  return {
    ...VERSION_ATTRIBUTE,
    id: { S: sid }, // `sid` is the sort key's name
    ...(rooms.length > 0 && { rooms: { SS: [...rooms] } }), // a set may not be empty
    data: { M: valueAttributes(data) },
    properties: { M: valueAttributes(properties) },
    lostAt: { N: String(lostAt) },
    ...(since !== undefined && { since: { N: String(since) } }),
    ...(times && { joinedAt: { S: JSON.stringify(times) } }),
    ...(queue !== undefined && { queue: { S: queue } }),
  };
}

/** A set has no order in the table. */
function inOrder(rooms: readonly string[]): string[] {
  return [...rooms].sort();
}

function joinTimes(rooms: readonly string[], text: string): Map<string, number> {
  const times = JSON.parse(text) as readonly (number | null)[];
  const pairs = inOrder(rooms).map((room, index) => [room, times[index] ?? undefined] as const);
  return new Map(pairs.filter((pair): pair is readonly [string, number] => pair[1] !== undefined));
}

function fromAttributes(row: Row): LostSession {
  checkVersion(row, `The lost session ${row.id?.S}`);
  const rooms = row.rooms?.SS ?? [];
  return {
    sid: row.id?.S ?? "",
    rooms,
    data: fromValues(row.data?.M),
    properties: fromValues(row.properties?.M),
    lostAt: Number(row.lostAt?.N),
    since: row.since?.N === undefined ? undefined : Number(row.since.N),
    joinedAt: row.joinedAt?.S === undefined ? undefined : joinTimes(rooms, row.joinedAt.S),
    queue: row.queue?.S,
  };
}
