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
import { changeMemberRooms } from "./room-changes.js";
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
  const maxMs = runtime.recoveryMs;
  if (maxMs === undefined) return undefined;
  const lost = await findLost(runtime, namespace, pid);
  if (!lost || lost.lostAt + maxMs < Date.now()) return undefined;
  if (!(await runtime.backend.recovery.take(namespace, pid))) return undefined;
  const { sid, rooms, data, properties } = lost;
  const member = { connectionId, endpoint, protocol, sid, recoveredFrom: offset };
  await changeMemberRooms(runtime.backend, runtime.io.of(namespace), member, {
    join: rooms,
    everyone: "enter",
  });
  const missedPackets = await missed(runtime, namespace, lost, offset);
  return {
    session: { sid, pid, rooms: [...rooms], data: decodeAll(data), missedPackets },
    properties: decodeAll(properties),
  };
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

async function missed(
  { backend, codec }: Runtime,
  namespace: string,
  { sid, rooms }: LostSession,
  offset: string,
): Promise<unknown[][]> {
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
  return [...byOffset.values()]
    .sort((a, b) => (a.offset < b.offset ? -1 : 1))
    .flatMap(({ parts }) => {
      const decode = codec.decoder();
      return parts.flatMap((part) => {
        const packet = decode(part);
        return packet ? [packet.data] : [];
      });
    });
}

function decodeAll(values: ReadonlyMap<string, StoredValue>): Record<string, unknown> {
  return Object.fromEntries([...values].map(([key, value]) => [key, decodeValue(value)]));
}
