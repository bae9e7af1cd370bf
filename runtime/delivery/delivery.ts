/** What the runtime needs of the way to a client. `management-api.ts` beside this file is API Gateway's. */
import type { Address } from "../store/store.js";

export interface PostOptions {
  /** One try: a packet that cannot be sent now is not worth sending later. Default false. */
  readonly volatile?: boolean;
  /** No try begins after this time, in ms since the epoch. Default: the number of tries alone is bounded. */
  readonly until?: number | undefined;
  /**
   * `$connect` may not have returned yet, so a 410 means "not open yet", as long as this says that the
   * connection is still expected. Default: a 410 is final.
   */
  readonly opening?: (() => Promise<boolean>) | undefined;
  /** When the address was read from a table, in epoch milliseconds. Default: a moment ago. */
  readonly asOf?: number | undefined;
  /** Where the packet has waited. Default: it is the only one. */
  readonly queue?: PacketQueue | undefined;
}

/** The packets of one sender to one connection. */
export interface PacketQueue {
  /** How many are waiting for the one that is under way. */
  readonly waiting: number;
}

export interface Delivery {
  /**
   * Sends the text frames of one packet, one behind the other and with no other packet between them. Resolves
   * when API Gateway has accepted all of them, which is not yet when the client has read them.
   *
   * @throws GoneError when the connection is closed; AwsCallError when it was refused or all tries failed;
   *   ConnectionBusyError when others went on posting to it.
   */
  post(to: Address, frames: readonly string[], options?: PostOptions): Promise<void>;
  /** Asks whether the connection is open, without its client noticing. @throws GoneError when it is not. */
  check(address: Address): Promise<void>;
  /** Closes the connection (the client sees close code 1000). One that is closed already is fine. */
  close(address: Address): Promise<void>;
}
