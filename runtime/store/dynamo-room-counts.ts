/**
 * Joins and leaves that tell what they changed, for apps that listen to `create-room` and its kin: only the
 * first of several equal joins counts, and a counter beside each room, partition `["nsp",{"count":"room"}]`,
 * says who was first in and last out.
 *
 * Price: 2 writes a join or leave of a room instead of 1.
 */

import { conditionMet } from "./condition.js";
import type { DynamoClient } from "./dynamo-calls.js";
import { joinedAs, putIfOurs, removeIfOurs, toRow } from "./dynamo-rooms.js";
import { rowKey } from "./query.js";
import { countKey, roomKey } from "./room-key.js";
import type { OnLeft, RoomChange, RoomCountStore } from "./room-store.js";
import type { Member } from "./store.js";

export function dynamoRoomCounts(client: DynamoClient, table: string): RoomCountStore {
  async function join(namespace: string, member: Member, room: string): Promise<RoomChange[]> {
    const row = await putIfOurs(client, table, roomKey(namespace, room), member);
    return row === "new" ? joined(namespace, room) : [];
  }

  /** A socket that recovers before its old connection has left was there before. */
  async function enter(
    namespace: string,
    member: Member,
    room: string,
    joinedAt?: ReadonlyMap<string, number>,
  ): Promise<RoomChange[]> {
    const Item = toRow(roomKey(namespace, room), joinedAs(member, room, joinedAt));
    const put = { TableName: table, Item, ReturnValues: "ALL_OLD" } as const;
    const { Attributes } = await client.call("PutItem", put);
    return Attributes ? [] : joined(namespace, room);
  }

  async function joined(namespace: string, room: string): Promise<RoomChange[]> {
    const count = await add(namespace, room, 1);
    return [...(count === 1 ? [{ kind: "create-room", room } as const] : []), { kind: "join-room", room }];
  }

  /** Empty where it was not there. */
  async function leave(
    namespace: string,
    member: Member,
    room: string,
    onLeft?: OnLeft,
  ): Promise<RoomChange[]> {
    const removed = await removeIfOurs(client, table, roomKey(namespace, room), member);
    if (!removed) return [];
    onLeft?.(room, removed.joinedAt);
    const count = await add(namespace, room, -1);
    if (count > 0) return [{ kind: "leave-room", room }];
    await removeCounter(namespace, room);
    return [
      { kind: "leave-room", room },
      { kind: "delete-room", room },
    ];
  }

  async function add(namespace: string, room: string, by: 1 | -1): Promise<number> {
    const { Attributes } = await client.call("UpdateItem", {
      TableName: table,
      Key: rowKey(countKey(namespace, room), COUNTER),
      UpdateExpression: "ADD #count :by",
      ExpressionAttributeNames: { "#count": "count" },
      ExpressionAttributeValues: { ":by": { N: String(by) } },
      ReturnValues: "ALL_NEW",
    });
    return Number(Attributes?.count?.N);
  }

  /** Unless somebody has come in meanwhile. */
  async function removeCounter(namespace: string, room: string): Promise<void> {
    const removed = client.call("DeleteItem", {
      TableName: table,
      Key: rowKey(countKey(namespace, room), COUNTER),
      ConditionExpression: "#count <= :none",
      ExpressionAttributeNames: { "#count": "count" },
      ExpressionAttributeValues: { ":none": { N: "0" } },
    });
    await conditionMet(removed);
  }

  async function each(
    rooms: Iterable<string>,
    change: (room: string) => Promise<readonly RoomChange[]>,
  ): Promise<(readonly RoomChange[])[]> {
    return Promise.all([...rooms].map(change));
  }

  return {
    async enter(namespace, member, rooms, joinedAt) {
      return (await each(rooms, (room) => enter(namespace, member, room, joinedAt))).flat();
    },
    async join(namespace, member, rooms) {
      return (await each(rooms, (room) => join(namespace, member, room))).flat();
    },
    async leave(namespace, member, rooms, onLeft) {
      const changes = await each(rooms, (room) => leave(namespace, member, room, onLeft));
      return { changes: changes.flat(), wereThere: changes.every(({ length }) => length > 0) };
    },
  };
}

/** A counter stands alone in its partition. */
const COUNTER = "count";
