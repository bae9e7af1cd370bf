/**
 * Joins and leaves that tell what they changed, for apps that listen to `create-room` and its kin, and for
 * lists of rooms: only the first of several equal joins counts, and the room's counter says which was first
 * in and which last out.
 *
 * Price: 2 writes a join or leave of a room instead of 1, and one for each room of a socket that recovers.
 */
import type { DynamoClient } from "./dynamo-calls.js";
import { joinedAs, putIfOurs, removeIfOurs, toRow } from "./dynamo-rooms.js";
import { RoomCounters } from "./room-counters.js";
import { roomKey } from "./room-key.js";
import type { OnLeft, RoomChange, RoomCountStore } from "./room-store.js";
import type { Member } from "./store.js";

export function dynamoRoomCounts(client: DynamoClient, table: string): RoomCountStore {
  const counters = new RoomCounters(client, table);

  async function join(namespace: string, member: Member, room: string): Promise<RoomChange[]> {
    const row = await putIfOurs(client, table, roomKey(namespace, room), member);
    return row === "new" ? joined(namespace, member, room) : [];
  }

  /** A socket that recovers before its old connection has left was there before, and stays for longer. */
  async function enter(
    namespace: string,
    member: Member,
    room: string,
    joinedAt?: ReadonlyMap<string, number>,
  ): Promise<RoomChange[]> {
    const Item = toRow(roomKey(namespace, room), joinedAs(member, room, joinedAt));
    const put = { TableName: table, Item, ReturnValues: "ALL_OLD" } as const;
    const { Attributes } = await client.call("PutItem", put);
    if (!Attributes) return joined(namespace, member, room);
    await counters.add(namespace, room, 0, member.sid);
    return [];
  }

  async function joined(namespace: string, { sid }: Member, room: string): Promise<RoomChange[]> {
    const count = await counters.add(namespace, room, 1, sid);
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
    const count = await counters.add(namespace, room, -1, member.sid);
    if (count > 0) return [{ kind: "leave-room", room }];
    await counters.remove(namespace, room);
    return [
      { kind: "leave-room", room },
      { kind: "delete-room", room },
    ];
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
    sizes: (namespace) => counters.all(namespace),
    size: (namespace, room) => counters.one(namespace, room),
  };
}
