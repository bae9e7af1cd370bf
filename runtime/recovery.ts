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
import { setTimeout as delay } from "node:timers/promises";
import type { Session as RecoveredSession } from "socket.io-adapter";
import type { Connection } from "./connection.js";
import { runEvent } from "./event-run.js";
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

/** How long the other event, which has removed the connection, may take to write down what it was. */
const PERSIST_WAIT_MS = 2_000;
const LOOK_EVERY_MS = 25;

/**
 * A client often comes back before anybody has noticed that it was gone: a network that breaks says nothing, and
 * `$disconnect` may run this very moment. Then its old connection is closed here and now.
 */
async function findLost(runtime: Runtime, namespace: string, pid: string): Promise<LostSession | undefined> {
  const { recovery } = runtime.backend;
  const found = await recovery.find(namespace, pid);
  if (!found || "lost" in found) return found?.lost;
  await closeOld(runtime, found.connectionId);
  for (let waitedMs = 0; waitedMs < PERSIST_WAIT_MS; waitedMs += LOOK_EVERY_MS) {
    const again = await recovery.find(namespace, pid);
    if (!again) return undefined;
    if ("lost" in again) return again.lost;
    await delay(LOOK_EVERY_MS);
  }
  return undefined;
}

/** The time that the old connection's `disconnect` handlers get: the client waits for its CONNECT meanwhile. */
const CLOSE_OLD_MS = 10_000;

async function closeOld(runtime: Runtime, connectionId: string): Promise<void> {
  const stored = await runtime.claim(connectionId);
  if (!stored) return;
  const connection = runtime.hold(stored);
  connection.isRemoved = true;
  await runEvent(connection, CLOSE_OLD_MS, async () => {
    connection.outbox.posts.close(stored);
    await connection.disconnected("transport close");
  });
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
