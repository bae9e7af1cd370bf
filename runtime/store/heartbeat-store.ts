/** Which connections are pinged when. `dynamo-heartbeats.ts` keeps it. */
import type { Address } from "./store.js";

/** A connection that is pinged. */
export interface HeartbeatMember extends Address {
  /** When it was opened, in epoch milliseconds. */
  readonly since: number;
  readonly pongAt: number | undefined;
}

export interface HeartbeatPage {
  readonly members: readonly HeartbeatMember[];
  /** When the shard was pinged last, in epoch milliseconds. The same on each page. */
  readonly pingedAt: number | undefined;
}

/** Connections by the time at which they are pinged: slots follow each other, each in some shards. */
export interface HeartbeatStore {
  readonly shards: number;
  enter(slot: number, address: Address, since: number): Promise<void>;
  leave(slot: number, connectionId: string): Promise<void>;
  /** False for a connection that is not pinged with Engine.IO's ping. */
  pong(slot: number, connectionId: string, at: number): Promise<boolean>;
  /** Page by page; there are none where nobody is and nobody was. */
  members(slot: number, shard: number): AsyncIterable<HeartbeatPage>;
  pinged(slot: number, shard: number, at: number): Promise<void>;
}
