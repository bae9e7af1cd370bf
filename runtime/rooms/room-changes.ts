/**
 * Changes of membership, told to apps that listen to the adapter's `create-room`, `join-room`, `leave-room`
 * and `delete-room`: each once for the whole deployment, in the event that caused it. Upstream tells them per
 * process.
 *
 * Nobody else pays for it: without such a listener a join is one write, with one it is two.
 */
import type { Namespace, Server } from "socket.io";
import type { Backend } from "../backend.js";
import type { LeaveOptions, RoomChange } from "../store/room-store.js";
import type { Member } from "../store/store.js";
import { runHandler } from "../user-code/run-handlers.js";

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
  if (!isListening(namespace)) return backend.rooms.enter(name, member, rooms, joinedAt);
  const [changes] = await Promise.all([
    backend.roomCounts.enter(name, member, rooms, joinedAt),
    backend.rooms.enter(name, member, []),
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
  if (!isListening(namespace)) return backend.rooms.join(name, member, rooms);
  tell(namespace, member, await backend.roomCounts.join(name, member, rooms));
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
  if (!isListening(namespace)) {
    return backend.rooms.leave(name, member, rooms, { everyone, ...(onLeft && { onLeft }) });
  }
  const [{ changes, wereThere }, wasInAll] = await Promise.all([
    backend.roomCounts.leave(name, member, rooms, onLeft),
    backend.rooms.leave(name, member, [], { everyone }),
  ]);
  tell(namespace, member, changes);
  return wereThere && wasInAll;
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
