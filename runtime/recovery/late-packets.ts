/**
 * Packets that reach their room later than others that were sent after them, because a call to DynamoDB was
 * slow: a client that got one of those others, and was then lost, comes back with an offset behind which it
 * does not find them. Where it left between the sending and the reading of the room, no post has met its
 * closed connection either (`missed-packets.ts`).
 *
 * So a sender that was slow notes in the log when it had read the room, and a recovery looks for such
 * notes some time before its offset. A recovery that looked before the note was written has its new row in
 * the room by then: the sender reads the room once more, and posts to those who have recovered behind the
 * packet.
 *
 * Price: 1 write for each room of the packet and 1 more read of it, where the sender was slow, and then only.
 */

import type { LoggedPacket, RecoveryStore } from "../store/recovery-store.js";
import type { Member } from "../store/store.js";
import { startOf, timeOf } from "./offset.js";

/**
 * From an offset's time to the end of reading the room. In less, nobody gets a later packet, is lost, and has
 * its rows removed: that is two posts and an invocation.
 */
const SLOW_MS = 25;

/** An event lives 29 s at most (`aws-facts.md` §1.6): later, nothing of it is on its way. */
const LOOK_BACK_MS = 30_000;

/** By which the clocks of two environments may differ. */
const SKEW_MS = 100;

/** One packet on its way to a room, for its sender. */
export class LateWatch {
  readonly #recovered = new Set<string>();

  constructor(
    private readonly store: RecoveryStore,
    private readonly namespace: string,
    private readonly rooms: readonly string[],
    private readonly offset: string,
  ) {}

  /** A member was read, and gets the packet. */
  saw({ recoveredFrom, connectionId }: Member): void {
    if (recoveredFrom !== undefined) this.#recovered.add(connectionId);
  }

  /** The room has been read. Where that was late, gives the members that are owed the packet besides. */
  async *overlooked(readAgain: () => AsyncIterable<readonly Member[]>): AsyncIterable<Member> {
    const now = Date.now();
    if (now - timeOf(this.offset) < SLOW_MS) return;
    await this.store.noteLate(this.namespace, this.rooms, this.offset, now);
    for await (const members of readAgain()) {
      yield* members.filter(
        ({ recoveredFrom = "", connectionId }) =>
          recoveredFrom >= this.offset && !this.#recovered.has(connectionId),
      );
    }
  }
}

/** From where to read the log, for a session that comes back with this offset. */
export function lookBack(offset: string): string {
  return startOf(Math.max(0, timeOf(offset) - LOOK_BACK_MS));
}

/**
 * Of what is logged from there: what was sent behind the offset, or so late that the session's connection had
 * been lost. And in either case behind the socket's join, for what was said before is not its to hear.
 */
export function isOwed(
  { offset, lateAt }: LoggedPacket,
  { from, lostAt, joinedAt }: { readonly from: string; readonly lostAt: number; readonly joinedAt: number },
): boolean {
  if (timeOf(offset) <= joinedAt) return false;
  return offset > from || (offset < from && lateAt !== undefined && lateAt > lostAt - SKEW_MS);
}
