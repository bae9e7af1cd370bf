/**
 * Connection state recovery for clients (`connectionStateRecovery` in the server's options; socket.io.org/docs/v4/
 * connection-state-recovery): after a lost connection the same id, rooms, data and every missed packet, in whatever
 * environment the client comes back.
 *
 * What was sent to the session's rooms is replayed from the log, from the last offset that the client has seen. A packet that
 * was sent before that one and overtaken by it met the closed connection: `missed-packets.ts` keeps a note of it. The
 * rows of the rooms are written before the log is read, so nothing falls between the two; what is sent in those milliseconds
 * may come twice.
 */
import type { Session as RecoveredSession } from "socket.io-adapter";
import type { Connection } from "./connection.js";
import { findLost } from "./lost-session.js";
import { takeMissed } from "./missed-packets.js";
import { enterRooms } from "./room-changes.js";
import type { Runtime } from "./runtime.js";
import type { LoggedPacket, LostSession, Replay } from "./store/store.js";
import { decodeValue, type StoredValue } from "./store/value.js";

export interface Recovered {
  readonly session: RecoveredSession;
  /** What the app had put on the socket itself. */
  readonly properties: Record<string, unknown>;
  /** Undefined where the client had missed nothing. */
  readonly replay: Replay | undefined;
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
  const found = await findLost(runtime, namespace, pid);
  if (!found || found.lost.lostAt + maxMs < Date.now()) return undefined;
  const { sid, rooms, data, properties } = found.lost;
  // Before the rows, for should we die over them, whoever ends this connection has to know of them.
  if (!(await backend.connections.noteStray(connectionId, { namespace, sid, rooms }))) return undefined;
  if (!(await backend.recovery.take(namespace, pid, connectionId))) return undefined;
  const from = replayStart(offset, found.replay);
  const member = { connectionId, endpoint, protocol, sid, recoveredFrom: from };
  await enterRooms(backend, runtime.io.of(namespace), member, rooms);
  const packets = await missed(runtime, namespace, found.lost, from);
  const last = packets.at(-1);
  return {
    session: {
      sid,
      pid,
      rooms: [...rooms],
      data: decodeAll(data),
      missedPackets: packets.flatMap((packet) => argumentsOf(runtime, packet)),
    },
    properties: decodeAll(properties),
    replay: last && { from, to: last.offset },
  };
}

/**
 * From where a client is to be sent what it missed: behind `offset`, that of the packet which it got last. But a replay takes
 * time, for its packets are posted one after another, and others send to the client meanwhile. A client that was lost in the middle of one comes
 * back with the offset of such a packet, newer than all that it still misses: then the replay begins anew.
 */
export function replayStart(offset: string, replay: Replay | undefined): string {
  if (!replay || offset <= replay.to) return offset; // packets of the replay came in their order
  const gotAll = replay.end !== undefined && offset > replay.end; // posted behind all of it
  return gotAll ? offset : replay.from;
}

/** To be called when a CONNECT has been handled: where all of its replay was posted, notes when. */
export async function noteReplayed(connection: Connection, namespace: string): Promise<void> {
  const recovered = connection.recovered.get(namespace);
  if (!recovered?.replay) return;
  await connection.outbox.drain();
  if (connection.isUnreachable) return;
  const { pid } = recovered.session;
  await connection.backend.recovery.noteReplayed(namespace, pid, connection.id, nextOffset());
}

let sequence = 0;

/**
 * The offset of a packet: sorted by time, then by place within this environment, and unique besides.
 * 9 and 4 digits of base 36 reach beyond the year 5000 and 1.6 million packets.
 */
export function nextOffset(): string {
  sequence = (sequence + 1) % 36 ** 4;
  const random = Math.floor(Math.random() * 36 ** 4);
  return `${digits(Date.now(), 9)}${digits(sequence, 4)}${digits(random, 4)}`;
}

function digits(value: number, length: number): string {
  return value.toString(36).padStart(length, "0");
}

/** In their order. */
async function missed(
  { backend }: Runtime,
  namespace: string,
  { sid, rooms }: LostSession,
  offset: string,
): Promise<LoggedPacket[]> {
  const logs = await Promise.all([
    takeMissed(backend.recovery, namespace, sid, offset),
    ...[null, ...rooms].map((room) => backend.recovery.logged(namespace, room, offset)),
  ]);
  const own = new Set(rooms);
  const isWanted = ({ except }: LoggedPacket) => !except.some((room) => own.has(room));
  const byOffset = new Map(
    logs
      .flat()
      .filter(isWanted)
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
