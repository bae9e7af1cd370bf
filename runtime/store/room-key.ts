/**
 * The partition key of a room: `["/chat","room 1"]`.
 *
 * Room names and namespaces are user input in any script. JSON quotes them, so no two pairs share a key
 * whatever separators they contain, and it escapes lone surrogates, which UTF-8 would make equal. A key may
 * have 2,048 bytes (DynamoDB service quotas); a longer one is replaced by its hash, behind a `#` that no JSON
 * starts with.
 */
import { createHash } from "node:crypto";

export function roomKey(namespace: string, room: string): string {
  return fitted(JSON.stringify([namespace, room]));
}

/**
 * The room of all sockets of a namespace is split in shards, for one partition takes 1,000 writes a second.
 */
export function shardKey(namespace: string, shard: number): string {
  return fitted(JSON.stringify([namespace, { shard }]));
}

// Other things in the same table. An object stands where rooms have a string, so no room can have these keys.

/** Answers to one of the server's emits. */
export function ackKey(namespace: string, id: number): string {
  return fitted(JSON.stringify([namespace, { ack: id }]));
}

/** A session that its client may recover. */
export function recoveryKey(namespace: string, pid: string): string {
  return fitted(JSON.stringify([namespace, { recovery: pid }]));
}

/** The packets sent to a room, or (`null`) to the whole namespace. */
export function logKey(namespace: string, room: string | null): string {
  return fitted(JSON.stringify([namespace, { log: room }]));
}

/** The packets that met a socket's closed connection. */
export function missedKey(namespace: string, sid: string): string {
  return fitted(JSON.stringify([namespace, { missed: sid }]));
}

/** The counters of the rooms of a namespace, which are split in shards as its sockets are. */
export function countsKey(namespace: string, shard: number): string {
  return fitted(JSON.stringify([namespace, { counts: shard }]));
}

/** A room as a sort key. It is JSON, so no room is another's hash. */
export function roomSortKey(room: string): string {
  return fitted(JSON.stringify(room), MAX_SORT_KEY_BYTES);
}

/** Which parts of binary packets wait for others. */
export function attachmentsKey(connectionId: string): string {
  return JSON.stringify({ attachments: connectionId });
}

/** Who posts to a connection. */
export function leaseKey(connectionId: string): string {
  return JSON.stringify({ lease: connectionId });
}

/** One of these parts. */
export function attachmentKey(connectionId: string, order: string): string {
  return JSON.stringify({ attachment: [connectionId, order] });
}

/** A session by long-polling: its state, and the packets that wait for the client. */
export function queueKey(sid: string): string {
  return fitted(JSON.stringify({ queue: sid }));
}

/** A client that was cut off for what it sent, by the private id of its session. */
export function cutKey(pid: string): string {
  return fitted(JSON.stringify({ cut: pid }));
}

/** Connections that are pinged together. */
export function beatKey(slot: number, shard: number): string {
  return JSON.stringify({ beat: [slot, shard] });
}

/** When a task of the app's has last run. */
export function repeatedTaskKey(name: string): string {
  return fitted(JSON.stringify({ every: name }));
}

/** The runs of a task that are to come. */
export function delayedTaskKey(name: string): string {
  return fitted(JSON.stringify({ after: name }));
}

/** The namespaces that one of the app's parents has made. */
export function childrenKey(parent: number): string {
  return JSON.stringify({ children: parent });
}

/** A namespace as a sort key: 1,024 bytes at most. Its name begins with `/`, so no name is another's hash. */
export function namespaceSortKey(name: string): string {
  return fitted(name, MAX_SORT_KEY_BYTES);
}

const MAX_KEY_BYTES = 2048;
const MAX_SORT_KEY_BYTES = 1024;

function fitted(key: string, maxBytes = MAX_KEY_BYTES): string {
  if (Buffer.byteLength(key) <= maxBytes) return key;
  return `#${createHash("sha256").update(key).digest("base64url")}`;
}
