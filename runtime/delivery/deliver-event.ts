/** What the `deliver` function is asked, as an event: to post a packet to members, or to those in a range. */
import type { Member } from "../store/store.js";
import type { RecipientRange } from "./recipient-range.js";

export interface DeliveredPacket {
  /** Those of revision 3 are made from those of 4 (`engine-io-3.ts`). */
  readonly frames: Readonly<Record<"engine.io" | "plain", readonly string[]>>;
  readonly volatile: boolean;
  readonly namespace: string;
  /** The rooms of the broadcast: a member that is gone is removed from them. */
  readonly rooms: readonly string[];
  /** Under which the packet stands in the log, where its recipients may recover. */
  readonly offset?: string | undefined;
  /** When it stood there for certain, in epoch milliseconds. */
  readonly loggedAt?: number | undefined;
}

/** A chunk of a large broadcast. */
export interface Chunk extends DeliveredPacket {
  readonly members: readonly Member[];
  /** From 1. */
  readonly attempt: number;
}

/** A part of a larger one, whose members are still to be read. */
export interface RangeOfBroadcast extends DeliveredPacket {
  readonly range: RecipientRange;
}

interface ForDeliver {
  /** The function that runs `disconnect` handlers. */
  readonly appFunction: string;
}

export interface DeliverEvent extends Chunk, ForDeliver {}

export interface RangeEvent extends RangeOfBroadcast, ForDeliver {}

export function isRange(event: object): event is RangeOfBroadcast {
  return "range" in event;
}
