/**
 * Connection state recovery for clients (`connectionStateRecovery` in the server's options;
 * socket.io.org/docs/v4/ connection-state-recovery): after a lost connection the same id, rooms, data and
 * every missed packet, in whatever environment the client comes back.
 *
 * What was sent to the session's rooms is replayed from the log, from the last offset that the client has
 * seen. A packet that was sent before that one and overtaken by it met the closed connection:
 * `missed-packets.ts` keeps a note of it; or it still waits in the queue of a client that polled
 * (`unread-packets.ts`). The rows of the rooms are written before the log is read, so
 * nothing falls between the two; what is sent in those milliseconds may come twice.
 *
 * A client names its offset itself, so it is not trusted: an offset has a form and a time within the
 * session's life, or else the session is not recovered, as upstream does not with one that it does not know.
 * And of each room only that is replayed which was sent after the socket had joined it.
 *
 * As upstream, what was missed goes before the answer to the CONNECT: so it comes before all that the client
 * does next, and a `socket.io-client` keeps it, and its old offset, until it is connected. A loss in between
 * costs a repetition and no packet.
 *
 * The row of a session, by its `pid` (`store/dynamo-recovery.ts`):
 *
 *     CONNECT           connection lost: `persist`        CONNECT with `pid`: `take`
 *        |                         |                              |
 *        v                         v                              v
 *     [ lives here ] --------> [ lost: what it was ] --------> [ taken by a connection ]
 *        ^     |                   |                              |            |
 *        |     | CONNECT with      | too long ago: TTL            | let in:    | lost again before
 *        |     | `pid` comes first v                              | `open`     | it was let in: `persist`
 *        |     v                 (gone)                           |            v
 *        |  the old connection is ended (`lost-session.ts`),      |       [ lost: what it was ]
 *        |  which makes it lost                                   |
 *        +--------------------------------------------------------+
 */
import type { Session as RecoveredSession } from "socket.io-adapter";
import type { Connection } from "../connection/connection.js";
import { reportError } from "../log/log.js";
import { shownNamespace } from "../log/printable.js";
import { leasedAs } from "../rooms/membership.js";
import { enterRooms } from "../rooms/room-changes.js";
import type { Runtime } from "../runtime.js";
import type { LoggedPacket, LostSession } from "../store/recovery-store.js";
import { bytesOf, type StoredValue } from "../store/value.js";
import { roomLeft } from "../values/item-room.js";
import { dataOf } from "../values/session-values.js";
import { isOwed, lookBack } from "./late-packets.js";
import { findLost } from "./lost-session.js";
import { takeMissed } from "./missed-packets.js";
import { isOffset, isSince } from "./offset.js";

export interface Recovered {
  readonly session: RecoveredSession;
  /** What the app had put on the socket itself, and on its handshake. */
  readonly properties: ReadonlyMap<string, StoredValue>;
  /** When the session began, on its first connection, in epoch milliseconds. */
  readonly since: number | undefined;
}

/**
 * `undefined` when the session is unknown, is taken already, was lost too long ago, or is too large to come
 * back; when the offset cannot be one of its; and where the table fails, which is reported here, for
 * socket.io drops the error and gives the client a new session (socket.io 4.8, `namespace.ts`,
 * `_createSocket`).
 */
export function recover(
  connection: Connection,
  namespace: string,
  pid: string,
  offset: string,
): Promise<Recovered | undefined> {
  return recoverSession(connection, namespace, pid, offset).catch((error: unknown) => {
    reportError("store", error, `recovering a session of ${shownNamespace(namespace)} on ${connection.id}`);
    return undefined;
  });
}

async function recoverSession(
  { runtime, stored }: Connection,
  namespace: string,
  pid: string,
  offset: string,
): Promise<Recovered | undefined> {
  const { recoveryMs: maxMs, backend } = runtime;
  const { connectionId, endpoint, protocol } = stored;
  if (maxMs === undefined || !isOffset(offset)) return undefined;
  const lost = await findLost(runtime, namespace, pid);
  if (!lost || lost.lostAt + maxMs < Date.now()) return undefined;
  const { sid, rooms, properties, since = 0 } = lost;
  if (!isSince(offset, since)) return undefined;
  const names = rooms.reduce((sum, room) => sum + Buffer.byteLength(room), 0);
  if (2 * names + bytesOfAll(lost.data) + bytesOfAll(properties) > roomLeft(stored)) return undefined;
  // Before the rows: if we die over them, the event that ends this connection has to know of them.
  const noted = await backend.connections.noteStray(connectionId, { namespace, sid, rooms });
  if (!noted) return undefined;
  if (!(await backend.recovery.take(namespace, pid, connectionId))) return undefined;
  const recovery = { recoveredFrom: offset, recoveredAt: Date.now() };
  const member = leasedAs({ connectionId, endpoint, protocol, sid, ...recovery }, noted);
  await enterRooms(backend, runtime.io.of(namespace), member, rooms, joinTimes(lost));
  const packets = await missed(runtime, namespace, lost, offset);
  const missedPackets = packets.flatMap((packet) => argumentsOf(runtime, packet));
  return {
    session: { sid, pid, rooms: [...rooms], data: dataOf(lost), missedPackets },
    properties,
    since: lost.since,
  };
}

/** In their order. */
async function missed(
  runtime: Runtime,
  namespace: string,
  lost: LostSession,
  from: string,
): Promise<LoggedPacket[]> {
  const { backend } = runtime;
  const { sid, rooms, lostAt, since = 0 } = lost;
  const joinedAt = joinTimes(lost);
  const [notes, ...logs] = await Promise.all([
    takeMissed(backend.recovery, namespace, sid),
    ...[null, ...rooms].map(async (room) => {
      const owed = { from, lostAt, joinedAt: (room !== null && joinedAt.get(room)) || since };
      const packets = await backend.recovery.logged(namespace, room, lookBack(from));
      return packets.map((packet) => ({ packet, isOwed: isOwed(packet, owed) }));
    }),
  ]);
  const all = logs.flat();
  const logged = new Map(all.map(({ packet }) => [packet.offset, packet] as const));
  const noted = await Promise.all(
    notes
      .filter((note) => note.offset !== from) // the client has that one
      .map((note) => logged.get(note.offset) ?? backend.recovery.packet(namespace, note)),
  );
  const owed = all.flatMap((entry) => (entry.isOwed ? [entry.packet] : []));
  const found = new Set([...owed, ...noted].map((packet) => packet?.offset));
  const has = (offset: string) => found.has(offset);
  const unread = (await runtime.longPolling?.unread(runtime, namespace, lost, from, has)) ?? [];
  const own = new Set(rooms);
  const byOffset = new Map(
    [...owed, ...noted, ...unread]
      .filter((packet) => packet !== undefined)
      .filter(({ except }) => !except.some((room) => own.has(room)))
      .map((packet) => [packet.offset, packet] as const),
  );
  return [...byOffset.values()].sort((a, b) => (a.offset < b.offset ? -1 : 1));
}

/** A row that was not there had not been written yet: the join was under way. */
function joinTimes({ rooms, lostAt, since = 0, joinedAt }: LostSession): ReadonlyMap<string, number> {
  const otherwise = joinedAt ? lostAt : since;
  return new Map(rooms.map((room) => [room, Math.max(since, joinedAt?.get(room) ?? otherwise)]));
}

function argumentsOf({ codec }: Runtime, { parts }: LoggedPacket): unknown[][] {
  const decode = codec.decoder();
  return parts.flatMap((part) => {
    const packet = decode(part);
    return packet ? [packet.data] : [];
  });
}

function bytesOfAll(values: ReadonlyMap<string, StoredValue>): number {
  let bytes = 0;
  for (const [key, value] of values) bytes += Buffer.byteLength(key) + bytesOf(value);
  return bytes;
}
