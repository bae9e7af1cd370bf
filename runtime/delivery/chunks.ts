/** Members of a broadcast as an event names them, and how many of them an event takes. */
import { framesFor } from "../protocol/engine-io-3.js";
import { pollingSid } from "../store/polling-store.js";
import type { Member } from "../store/store.js";
import type { DeliverEvent } from "./deliver-event.js";

/**
 * 0.2 s of a whole CPU. Smaller ones would start more functions than an account's 10,000 posts a second can
 * feed.
 */
export const CHUNK_RECIPIENTS = 2_000;

/** Chunks and ranges that are on their way to Lambda at once. */
export const HANDOVERS_AT_ONCE = 16;

/** Below `MAX_ASYNC_EVENT_BYTES`, for what the event says besides. */
export const MAX_EVENT_BYTES = 1_000_000;

/** A member in an event's JSON is some 170 bytes; a long custom domain makes it longer. */
export const ORDINARY_MEMBER_BYTES = 400;

/**
 * What `deliver` needs of a member. The packet from which it has recovered is not among it: that is read from
 * its row again.
 */
export function recipientOf({ connectionId, endpoint, protocol, leased, sid }: Member): Member {
  return { connectionId, endpoint, protocol, ...(leased && { leased }), sid };
}

/**
 * In an event, at most: names and signs are some 100 bytes. What is smaller counts as ordinary.
 */
export function bytesOf({ connectionId, endpoint, sid }: Member): number {
  const texts = byteLength(connectionId) + byteLength(endpoint) + byteLength(sid);
  return Math.max(100 + texts, ORDINARY_MEMBER_BYTES);
}

/** As JSON: 6 bytes for a sign that is escaped. */
function byteLength(text: string): number {
  return PLAIN.test(text) ? text.length : Buffer.byteLength(JSON.stringify(text));
}

const PLAIN = /^[\w\-=:/.@+#]*$/;

/** What an event leaves for members. */
export function roomBeside(event: object): number {
  return MAX_EVENT_BYTES - Buffer.byteLength(JSON.stringify(event));
}

/** In events of so many bytes of members each; in one where they fit. */
export function chunksOf(members: readonly Member[], room: number): Member[][] {
  const chunks: Member[][] = [];
  let left = 0;
  for (const member of members) {
    const bytes = bytesOf(member);
    if (bytes > left) {
      chunks.push([]);
      left = room;
    }
    chunks.at(-1)?.push(member);
    left -= bytes;
  }
  return chunks;
}

/**
 * Whether a post to a member takes the tables of the app function: it takes leases, or polls, or the packet
 * has several frames.
 */
export function needsTables(
  { connectionId, leased, protocol }: Member,
  frames: DeliverEvent["frames"],
): boolean {
  return leased === true || pollingSid(connectionId) !== undefined || framesFor(protocol, frames).length > 1;
}
