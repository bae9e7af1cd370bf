/**
 * Joins and leaves that tell what they changed, for apps that listen to `create-room` and its kin: only the first of
 * several equal joins counts, and a counter beside each room, partition `["nsp",{"count":"room"}]`, says who was first
 * in and last out.
 *
 * Price: 2 writes a join or leave of a room instead of 1.
 */
import {
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { conditionMet } from "./condition.js";
import { removeIfSame, toRow } from "./dynamo-rooms.js";
import { rowKey } from "./query.js";
import { countKey, roomKey } from "./room-key.js";
import type { Member, RoomChange, RoomCountStore } from "./store.js";

export function dynamoRoomCounts(client: DynamoDBClient, table: string): RoomCountStore {
  async function join(namespace: string, member: Member, room: string): Promise<RoomChange[]> {
    const Item = toRow(roomKey(namespace, room), member);
    const { Attributes } = await client.send(
      new PutItemCommand({ TableName: table, Item, ReturnValues: "ALL_OLD" }),
    );
    if (Attributes) return [];
    const count = await add(namespace, room, 1);
    return [...(count === 1 ? [{ kind: "create-room", room } as const] : []), { kind: "join-room", room }];
  }

  async function leave(namespace: string, member: Member, room: string): Promise<RoomChange[]> {
    if (!(await removeIfSame(client, table, roomKey(namespace, room), member))) return [];
    const count = await add(namespace, room, -1);
    if (count > 0) return [{ kind: "leave-room", room }];
    await removeCounter(namespace, room);
    return [
      { kind: "leave-room", room },
      { kind: "delete-room", room },
    ];
  }

  async function add(namespace: string, room: string, by: 1 | -1): Promise<number> {
    const { Attributes } = await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: rowKey(countKey(namespace, room), COUNTER),
        UpdateExpression: "ADD #count :by",
        ExpressionAttributeNames: { "#count": "count" },
        ExpressionAttributeValues: { ":by": { N: String(by) } },
        ReturnValues: "ALL_NEW",
      }),
    );
    return Number(Attributes?.count?.N);
  }

  /** Unless somebody has come in meanwhile. */
  async function removeCounter(namespace: string, room: string): Promise<void> {
    const removed = client.send(
      new DeleteItemCommand({
        TableName: table,
        Key: rowKey(countKey(namespace, room), COUNTER),
        ConditionExpression: "#count <= :none",
        ExpressionAttributeNames: { "#count": "count" },
        ExpressionAttributeValues: { ":none": { N: "0" } },
      }),
    );
    await conditionMet(removed);
  }

  return {
    async change(namespace, member, { join: joined = [], leave: left = [] }) {
      const changes = await Promise.all([
        ...[...left].map((room) => leave(namespace, member, room)),
        ...[...joined].map((room) => join(namespace, member, room)),
      ]);
      return changes.flat();
    },
  };
}

/** A counter stands alone in its partition. */
const COUNTER = "count";
