/**
 * What each operation of the runtime costs in calls: the table that the docstrings of `runtime/events/` and
 * `runtime/rooms/membership.ts` give, in units that AWS bills. `test/tools/operations.test.ts` holds the
 * sizes against rows that the store really writes.
 */

/** Bytes of a room's row: key, sid, connectionId, endpoint, protocol, expiry, and their names. */
export const ROOM_ROW_BYTES = 180;

/** Bytes of a browser's connection item: the handshake with its headers, one session, a room. */
export const CONNECTION_ITEM_BYTES = 1_500;

/**
 * Partitions of the room of all sockets of a namespace: `EVERYONE_SHARDS` in `runtime/store/member-pages.ts`.
 */
export const EVERYONE_SHARDS = 4;

const READ_UNIT_BYTES = 4 * 1024;
const WRITE_UNIT_BYTES = 1024;

/** Consistent reads, as all of the runtime's are. */
export function readUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES));
}

/** An update is billed for the whole item, not for what changed in it. */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));
}

export interface Operation {
  /** What API Gateway counts, either way: frames, and `$connect` and `$disconnect`. */
  readonly frames: number;
  /** Events that Lambda runs. */
  readonly invocations: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

const ITEM_READ = readUnits(CONNECTION_ITEM_BYTES);
const ITEM_WRITE = writeUnits(CONNECTION_ITEM_BYTES);
const ROW_WRITE = writeUnits(ROOM_ROW_BYTES);

export const OPERATIONS = {
  /**
   * `$connect` with the open packet after its answer, CONNECT with its answer: the item twice, rows for
   * the heartbeat, for the socket's own room and for the room of all. And the heartbeat's one look
   * whether it has a session, minutes later.
   */
  connect: {
    frames: 4,
    invocations: 2,
    readUnits: 2 * ITEM_READ,
    writeUnits: 2 * ITEM_WRITE + 3 * ROW_WRITE,
  },
  /** An event with an ack that joins one room: 1 read, 2 writes, 1 post. */
  join: { frames: 2, invocations: 1, readUnits: ITEM_READ, writeUnits: ITEM_WRITE + ROW_WRITE },
  /** `$disconnect`: the item is claimed and then deleted, and so are the three rows. */
  disconnect: { frames: 1, invocations: 1, readUnits: 0, writeUnits: 2 * ITEM_WRITE + 3 * ROW_WRITE },
  /** For each room of a closed connection. */
  leave: { frames: 0, invocations: 0, readUnits: 0, writeUnits: ROW_WRITE },
  /** An event of a client, before what its handler does. */
  event: { frames: 1, invocations: 1, readUnits: ITEM_READ, writeUnits: 0 },
  /** The heartbeat's ping and the client's pong, which notes the time in a small row. */
  ping: { frames: 2, invocations: 1, readUnits: 0, writeUnits: ROW_WRITE },
} as const satisfies Record<string, Operation>;

/** Reading the members of a room. */
export function roomReadUnits(members: number): number {
  return readUnits(members * ROOM_ROW_BYTES);
}

/** Reading the members of the room of all: each shard is a query of its own. */
export function everyoneReadUnits(members: number, shards = EVERYONE_SHARDS): number {
  return shards * roomReadUnits(members / shards);
}

/**
 * With recovery on, an emit writes its packet once for each of its rooms, with some 200
 * bytes of key and offset.
 */
export function logWriteUnits(messageBytes: number): number {
  return writeUnits(messageBytes + 200);
}
