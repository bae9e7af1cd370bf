/**
 * Changes of membership, told to apps that listen to the adapter's `create-room`, `join-room`, `leave-room` and
 * `delete-room`: each once for the whole deployment, in the event that caused it. Upstream tells them per process.
 *
 * Nobody else pays for it: without such a listener a join is one write, with one it is two.
 */
import type { Namespace } from "socket.io";
import type { Backend } from "./backend.js";
import { runHandler } from "./handler-run.js";
import type { Session } from "./session.js";
import type { Member, MembershipChange, RoomChange } from "./store/store.js";

export function changeRooms(session: Session, change: MembershipChange): Promise<void> {
  const { connection, namespace, member } = session;
  return changeMemberRooms(connection.backend, connection.runtime.io.of(namespace), member, change);
}

export async function changeMemberRooms(
  backend: Backend,
  namespace: Namespace,
  member: Member,
  { join = [], leave = [], everyone }: MembershipChange,
): Promise<void> {
  const { name } = namespace;
  const { rooms, roomCounts } = backend;
  await Promise.all([...join].map((room) => shareForeignRoom(backend, name, member, room)));
  if (!isListening(namespace)) {
    return rooms.change(name, member, { join, leave, ...(everyone && { everyone }) });
  }
  const [changes] = await Promise.all([
    roomCounts.change(name, member, { join, leave }),
    everyone && rooms.change(name, member, { everyone }),
  ]);
  tell(namespace, member, changes);
}

/** Joins of a session whose connection proved to be gone: nobody else would take them back. */
export async function takeBackRooms(
  { connection, namespace, member }: Session,
  leave: Iterable<string>,
): Promise<void> {
  const { rooms, roomCounts } = connection.backend;
  const target = connection.runtime.io.of(namespace);
  if (!isListening(target)) return rooms.reap(namespace, member, [...leave]);
  const [changes] = await Promise.all([
    roomCounts.change(namespace, member, { leave }),
    rooms.reap(namespace, member, []),
  ]);
  tell(target, member, changes);
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
 * A socket may join the room that bears another's id. It is rare, and the other one must learn of it, for otherwise it
 * takes that room to be its own alone (`audience.ts`). Costs a read and a write, then and only then.
 */
async function shareForeignRoom({ connections, rooms }: Backend, name: string, member: Member, room: string) {
  if (room === member.sid || !SOCKET_ID.test(room)) return;
  for await (const members of rooms.members(name, room)) {
    const owner = members.find(({ sid }) => sid === room);
    if (owner) await connections.shareRoom(owner.connectionId, name, owner.sid);
  }
}
