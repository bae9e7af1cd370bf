/**
 * Connection state recovery, in the table `Rooms`, for apps that switch it on:
 *
 * | partition | sort key | what |
 * |---|---|---|
 * | `["nsp",{"recovery":"pid"}]` | `session` | which connection the session lives on, or what it was when it was lost |
 * | `["nsp",{"log":"room"}]`, `["nsp",{"log":null}]` | offset | packets sent to a room, or to the whole namespace |
 *
 * Price: 1 write more at CONNECT, 1 at a loss, 1 delete at a recovery; each emit 1 write (of its size) for each of its rooms;
 * a recovery reads the logs of the session's rooms from its offset on.
 */
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { ROOMS } from "../contract.js";
import { decodeParts, encodeParts } from "./parts.js";
import { allRows, type Row, rowKey, shortLivedRow } from "./query.js";
import { logKey, recoveryKey } from "./room-key.js";
import type { LoggedPacket, LostSession, RecoveryStore } from "./store.js";
import { fromValues, valueAttributes } from "./value.js";

/** The longest life of a connection (`aws-facts.md` §4) and some more: the pointer to a living session. */
const POINTER_KEPT_SECONDS = 9_000;

const SORT_KEY = "session";

export function dynamoRecovery(client: DynamoDBClient, table: string): RecoveryStore {
  return {
    async open(namespace, pid, connectionId) {
      const row = shortLivedRow(recoveryKey(namespace, pid), SORT_KEY, POINTER_KEPT_SECONDS);
      const Item = { ...row, connectionId: { S: connectionId } };
      await client.send(new PutItemCommand({ TableName: table, Item }));
    },

    async persist(namespace, pid, session, keptMs) {
      const row = shortLivedRow(recoveryKey(namespace, pid), SORT_KEY, keptMs / 1000);
      await client.send(new PutItemCommand({ TableName: table, Item: { ...row, ...toAttributes(session) } }));
    },

    async find(namespace, pid) {
      const Key = rowKey(recoveryKey(namespace, pid), SORT_KEY);
      const { Item } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
      if (!Item) return undefined;
      return Item.connectionId?.S ? { connectionId: Item.connectionId.S } : { lost: fromAttributes(Item) };
    },

    async take(namespace, pid) {
      const Key = rowKey(recoveryKey(namespace, pid), SORT_KEY);
      try {
        await client.send(
          new DeleteItemCommand({
            TableName: table,
            Key,
            ConditionExpression: "attribute_exists(#lostAt)",
            ExpressionAttributeNames: { "#lostAt": "lostAt" },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },

    async log(namespace, rooms, { offset, parts, except }, keptMs) {
      const logs = rooms.length > 0 ? rooms : [null];
      await Promise.all(
        logs.map((room) => {
          const Item = {
            ...shortLivedRow(logKey(namespace, room), offset, keptMs / 1000),
            parts: encodeParts(parts),
            ...(except.length > 0 && { except: { SS: [...except] } }),
          };
          return client.send(new PutItemCommand({ TableName: table, Item }));
        }),
      );
    },

    async logged(namespace, room, after) {
      const rows = await allRows(client, table, logKey(namespace, room), after);
      return rows.map(
        (row): LoggedPacket => ({
          offset: row[ROOMS.sortKey]?.S ?? "",
          parts: decodeParts(row.parts),
          except: row.except?.SS ?? [],
        }),
      );
    },
  };
}

function toAttributes({ sid, rooms, data, properties, lostAt }: LostSession): Row {
  return {
    id: { S: sid }, // `sid` is the sort key's name
    rooms: { SS: [...rooms] },
    data: { M: valueAttributes(data) },
    properties: { M: valueAttributes(properties) },
    lostAt: { N: String(lostAt) },
  };
}

function fromAttributes(row: Row): LostSession {
  return {
    sid: row.id?.S ?? "",
    rooms: row.rooms?.SS ?? [],
    data: fromValues(row.data?.M),
    properties: fromValues(row.properties?.M),
    lostAt: Number(row.lostAt?.N),
  };
}
