/** Who may post to a connection that gets packets of several frames. `dynamo-leases.ts` keeps it. */
export interface Lease {
  readonly holder: string;
  readonly isSeveral: boolean;
}

/** All times are in epoch milliseconds. */
export interface TakenLease {
  /** The holder that has had it for a packet of several frames, and has not given it back in time. */
  readonly cut: string | undefined;
  readonly isMarked: boolean;
  /** Until when others may still post what they have a lease for; 0 where there are none. */
  readonly othersUntil: number;
}

/** Who may post to a connection: one with a packet of several frames, or any number with packets of one. */
export interface LeaseStore {
  /**
   * `undefined` while another holder has it for a packet of several frames. Who has it already may take it
   * again, for longer or for such a packet.
   */
  take(connectionId: string, lease: Lease & { readonly until: number }): Promise<TakenLease | undefined>;
  /** `isMarked`: `mark` has been called. */
  giveBack(connectionId: string, lease: Lease, isMarked: boolean): Promise<void>;
  /** Whether anybody has ever taken it. Consistent. */
  isLeased(connectionId: string): Promise<boolean>;
  /**
   * Marks the connection and the rows of its rooms as `leased`. False where one of these was not there, so
   * that it may still be on its way.
   */
  mark(connectionId: string): Promise<boolean>;
}
