/**
 * The partition key of a room: `["/chat","room 1"]`.
 *
 * Room names and namespaces are user input in any script. JSON quotes them, so no two pairs share a key whatever
 * separators they contain, and it escapes lone surrogates, which UTF-8 would make equal. A key may have 2,048 bytes
 * (DynamoDB service quotas); a longer one is replaced by its hash, behind a `#` that no JSON starts with.
 */
import { createHash } from "node:crypto";

export function roomKey(namespace: string, room: string): string {
  return fitted(JSON.stringify([namespace, room]));
}

/** The room of all sockets of a namespace is split in shards, for one partition takes 1,000 writes a second. */
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

/** The counter of a room's members. */
export function countKey(namespace: string, room: string): string {
  return fitted(JSON.stringify([namespace, { count: room }]));
}

/** Parts of binary packets that are still incomplete. */
export function attachmentKey(connectionId: string): string {
  return JSON.stringify({ attachments: connectionId });
}

/** Connections that are pinged together. */
export function beatKey(slot: number, shard: number): string {
  return JSON.stringify({ beat: [slot, shard] });
}

/** The namespaces that one of the app's parents has made. */
export function childrenKey(parent: number): string {
  return JSON.stringify({ children: parent });
}

const MAX_KEY_BYTES = 2048;

function fitted(key: string): string {
  if (Buffer.byteLength(key) <= MAX_KEY_BYTES) return key;
  return `#${createHash("sha256").update(key).digest("base64url")}`;
}
