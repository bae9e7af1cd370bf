/**
 * Connection state recovery for clients (`connectionStateRecovery` in the server's options; socket.io.org/docs/v4/
 * connection-state-recovery): after a lost connection the same id, rooms, data and every missed packet, in whatever
 * environment the client comes back.
 *
 * What was sent to the session's rooms is replayed from the log, from the last offset that the client has seen. A packet that
 * was sent before that one and overtaken by it met the closed connection: `missed-packets.ts` keeps a note of it. The
 * rows of the rooms are written before the log is read, so nothing falls between the two; what is sent in those milliseconds
 * may come twice.
 *
 * As upstream, what was missed goes before the answer to the CONNECT: so it comes before all that the client does next, and a
 * `socket.io-client` keeps it, and its old offset, until it is connected. A loss in between costs a repetition and no packet.
 */
import type { Session as RecoveredSession } from "socket.io-adapter";
import type { Connection } from "./connection.js";
import { isOwed, lookBack } from "./late-packets.js";
import { findLost } from "./lost-session.js";
import { takeMissed } from "./missed-packets.js";
import { enterRooms } from "./room-changes.js";
import type { Runtime } from "./runtime.js";
import type { LoggedPacket, LostSession } from "./store/store.js";
import { decodeValue, type StoredValue } from "./store/value.js";

export interface Recovered {
  readonly session: RecoveredSession;
  /** What the app had put on the socket itself. */
  readonly properties: Record<string, unknown>;
}

/** `undefined` when the session is unknown, is taken already, or was lost too long ago. */
export async function recover(
  { runtime, stored: { connectionId, endpoint, protocol } }: Connection,
  namespace: string,
  pid: string,
  offset: string,
): Promise<Recovered | undefined> {
  const { recoveryMs: maxMs, backend } = runtime;
  if (maxMs === undefined) return undefined;
  const lost = await findLost(runtime, namespace, pid);
  if (!lost || lost.lostAt + maxMs < Date.now()) return undefined;
  const { sid, rooms, data, properties } = lost;
  // Before the rows, for should we die over them, whoever ends this connection has to know of them.
  if (!(await backend.connections.noteStray(connectionId, { namespace, sid, rooms }))) return undefined;
  if (!(await backend.recovery.take(namespace, pid, connectionId))) return undefined;
  const member = { connectionId, endpoint, protocol, sid, recoveredFrom: offset, recoveredAt: Date.now() };
  await enterRooms(backend, runtime.io.of(namespace), member, rooms);
  const packets = await missed(runtime, namespace, lost, offset);
  const missedPackets = packets.flatMap((packet) => argumentsOf(runtime, packet));
  return {
    session: { sid, pid, rooms: [...rooms], data: decodeAll(data), missedPackets },
    properties: decodeAll(properties),
  };
}

/** In their order. */
async function missed(
  { backend }: Runtime,
  namespace: string,
  { sid, rooms, lostAt }: LostSession,
  from: string,
): Promise<LoggedPacket[]> {
  const [notes, ...logs] = await Promise.all([
    takeMissed(backend.recovery, namespace, sid),
    ...[null, ...rooms].map((room) => backend.recovery.logged(namespace, room, lookBack(from))),
  ]);
  const logged = new Map(logs.flat().map((packet) => [packet.offset, packet] as const));
  const noted = await Promise.all(
    notes
      .filter((note) => note.offset !== from) // the client has that one
      .map((note) => logged.get(note.offset) ?? backend.recovery.packet(namespace, note)),
  );
  const owed = [...logged.values()].filter((packet) => isOwed(packet, from, lostAt));
  const own = new Set(rooms);
  const byOffset = new Map(
    [...owed, ...noted]
      .filter((packet) => packet !== undefined)
      .filter(({ except }) => !except.some((room) => own.has(room)))
      .map((packet) => [packet.offset, packet] as const),
  );
  return [...byOffset.values()].sort((a, b) => (a.offset < b.offset ? -1 : 1));
}

function argumentsOf({ codec }: Runtime, { parts }: LoggedPacket): unknown[][] {
  const decode = codec.decoder();
  return parts.flatMap((part) => {
    const packet = decode(part);
    return packet ? [packet.data] : [];
  });
}

function decodeAll(values: ReadonlyMap<string, StoredValue>): Record<string, unknown> {
  return Object.fromEntries([...values].map(([key, value]) => [key, decodeValue(value)]));
}
