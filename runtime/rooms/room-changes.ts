/**
 * Changes of membership, told to apps that listen to the adapter's `create-room`, `join-room`, `leave-room`
 * and `delete-room`: each once for the whole deployment, in the event that caused it. Upstream tells them per
 * process.
 *
 * They are counted then, and for a `roomList`. Nobody else pays for it: a join is one row, and here a counter
 * besides.
 */
import type { Namespace, Server } from "socket.io";
import type { Backend } from "../backend.js";
import type { LeaveOptions, RoomChange } from "../store/room-store.js";
import type { Member } from "../store/store.js";
import { runHandler } from "../user-code/run-handlers.js";
import { isListed } from "./room-list.js";

/** The socket comes in, new or recovered, with its first rooms. */
export async function enterRooms(
  backend: Backend,
  namespace: Namespace,
  entering: Member,
  rooms: Iterable<string>,
  joinedAt?: ReadonlyMap<string, number>,
): Promise<void> {
  const { name } = namespace;
  const member = joiningNow(namespace, entering);
  await shareForeignRooms(backend, name, member, rooms);
  const { counted, others } = split(namespace, member, rooms);
  const [changes] = await Promise.all([
    backend.roomCounts.enter(name, member, counted, joinedAt),
    backend.rooms.enter(name, member, others, joinedAt),
  ]);
  tell(namespace, member, changes);
}

export async function joinRooms(
  backend: Backend,
  namespace: Namespace,
  joining: Member,
  rooms: Iterable<string>,
): Promise<void> {
  const { name } = namespace;
  const member = joiningNow(namespace, joining);
  await shareForeignRooms(backend, name, member, rooms);
  const { counted, others } = split(namespace, member, rooms);
  const [changes] = await Promise.all([
    backend.roomCounts.join(name, member, counted),
    backend.rooms.join(name, member, others),
  ]);
  tell(namespace, member, changes);
}

/**
 * Where clients may recover, for they are not told what was said before: those bytes are a row's price for
 * it.
 */
function joiningNow(namespace: Namespace, member: Member): Member {
  const isRecoverable = (namespace.server as Server)._opts.connectionStateRecovery !== undefined;
  return isRecoverable ? { ...member, joinedAt: Date.now() } : member;
}

/** Resolves with false where a row was not there. */
export async function leaveRooms(
  backend: Backend,
  namespace: Namespace,
  member: Member,
  rooms: Iterable<string>,
  { everyone = false, onLeft }: LeaveOptions = {},
): Promise<boolean> {
  const { name } = namespace;
  const { counted, others } = split(namespace, member, rooms);
  const [{ changes, wereThere }, wereInOthers] = await Promise.all([
    backend.roomCounts.leave(name, member, counted, onLeft),
    backend.rooms.leave(name, member, others, { everyone, ...(onLeft && { onLeft }) }),
  ]);
  tell(namespace, member, changes);
  return wereThere && wereInOthers;
}

/** A list has no rooms that sockets have for themselves. */
function split(
  namespace: Namespace,
  { sid }: Member,
  rooms: Iterable<string>,
): { readonly counted: readonly string[]; readonly others: readonly string[] } {
  const all = [...rooms];
  if (isListening(namespace)) return { counted: all, others: [] };
  if (!isListed(namespace)) return { counted: [], others: all };
  return { counted: all.filter((room) => room !== sid), others: all.filter((room) => room === sid) };
}

function isListening({ adapter }: Namespace): boolean {
  return ROOM_EVENTS.some((event) => adapter.listenerCount(event) > 0);
}

function tell({ adapter, name }: Namespace, { sid }: Member, changes: readonly RoomChange[]): void {
  for (const { kind, room } of changes) {
    const args = kind === "join-room" || kind === "leave-room" ? [room, sid] : [room];
    runHandler(`a handler of "${kind}" of ${name}`, () => adapter.emit(kind, ...args));
  }
}

const ROOM_EVENTS = ["create-room", "join-room", "leave-room", "delete-room"] as const;

/** Ids of sockets, as socket.io makes them (`contrib/base64id.ts`). */
const SOCKET_ID = /^[\w-]{20}$/;

/**
 * A socket may join the room that bears another's id. It is rare, and the other one must learn of it, for
 * otherwise it takes that room to be its own alone (`audience.ts`). Costs a read and a write, then and only
 * then.
 */
async function shareForeignRooms(
  { connections, rooms }: Backend,
  name: string,
  member: Member,
  joined: Iterable<string>,
): Promise<void> {
  const foreign = [...joined].filter((room) => room !== member.sid && SOCKET_ID.test(room));
  await Promise.all(
    foreign.map(async (room) => {
      for await (const members of rooms.members(name, room)) {
        const owner = members.find(({ sid }) => sid === room);
        if (owner) await connections.shareRoom(owner.connectionId, name, owner.sid);
      }
    }),
  );
}
