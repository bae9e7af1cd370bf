/** One chunk of a large broadcast, as an event. */
import type { Member } from "../store/store.js";

export interface DeliverEvent {
  /** Those of revision 3 are made from those of 4 (`engine-io-3.ts`). */
  readonly frames: Readonly<Record<"engine.io" | "plain", readonly string[]>>;
  readonly members: readonly Member[];
  readonly volatile: boolean;
  readonly namespace: string;
  /** The rooms of the broadcast: a member that is gone is removed from them. */
  readonly rooms: readonly string[];
  /** Under which the packet stands in the log, where its recipients may recover. */
  readonly offset?: string | undefined;
  /** When it stood there for certain, in epoch milliseconds. */
  readonly loggedAt?: number | undefined;
  /** The function that runs `disconnect` handlers. */
  readonly appFunction: string;
  /** From 1. */
  readonly attempt: number;
}
