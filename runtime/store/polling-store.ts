/**
 * What is kept of a session that began with HTTP long-polling, beside its connection: which transport it has,
 * and the packets that wait for its next GET. Every request of the client may meet another environment, so
 * each step is one conditional write (docs/decisions/long-polling.md).
 */

/**
 * - `deciding`: the client may still upgrade. What it posts is kept, and no packet goes out;
 * - `polling`: it stays with polling, for good;
 * - `websocket`: it has upgraded, and this session is over;
 * - `closing`: the server has closed it, and the client does not know yet;
 * - `closed`.
 */
export type PollingMode = "deciding" | "polling" | "websocket" | "closing" | "closed";

export interface PollingState {
  readonly mode: PollingMode;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Whether the client was told that it may upgrade. */
  readonly mayUpgrade: boolean;
  /** The WebSocket that wants to take over. */
  readonly probe: string | undefined;
  /** It gets its `3probe`, so a GET that waits has to end. */
  readonly isProbed: boolean;
  /** Bodies that were kept until the transport was known, in their order; for some time after that, too. */
  readonly kept: readonly string[];
  /** When the deciding ended, in epoch milliseconds. */
  readonly decidedAt: number | undefined;
  /** The `t` of the GET that was answered last. */
  readonly turn: string | undefined;
  /** Those before. */
  readonly past: readonly string[];
  /** Keys of the packets in the answer to `turn`: they go when the next GET shows that it has arrived. */
  readonly batch: readonly string[];
  /** Marks (`markOf`) of the last packets that were in answers, these among them. */
  readonly delivered: readonly string[];
  /** Of each answer: CORS, and what the app adds. */
  readonly headers: Readonly<Record<string, string>>;
  /** Answers of so many bytes are compressed; `undefined`: none. */
  readonly compressFrom: number | undefined;
}

/** One packet on its way out. */
export interface QueuedPacket {
  /** Rises within one sender. */
  readonly key: string;
  readonly frames: readonly string[];
}

export interface PollingSession {
  readonly state: PollingState;
  /** In their order; the first page of them where there are many. */
  readonly packets: readonly QueuedPacket[];
}

/** What the answer to a GET changes. */
export interface Turn {
  /** The `turn` that the GET found. */
  readonly after: string | undefined;
  readonly turn: string;
  readonly past: readonly string[];
  readonly batch: readonly string[];
  readonly delivered: readonly string[];
  /** Removes the bodies that were kept, which make each look and each answer dearer. Default: false. */
  readonly withoutBodies?: boolean;
}

/**
 * Enough of a packet's key to know it again: the client repeats a call whose answer was lost, and so puts a
 * packet back that has been delivered and removed meanwhile.
 */
export function markOf(key: string): string {
  return key.slice(-12);
}

/** What became of a body that a client has posted. */
export type Kept = "kept" | "decided" | "full";

export type Decision =
  /** Only where this WebSocket is still the one that wants to take over. */
  | { readonly mode: "websocket"; readonly probe: string }
  /**
   * Not where a WebSocket has got its `3probe`: its client polls no more, and would be cut off. Unless the
   * session has begun before this time, in epoch milliseconds.
   */
  | { readonly mode: "polling"; readonly orBegunBefore: number };

export interface PollingStore {
  begin(
    sid: string,
    session: Pick<PollingState, "startedAt" | "mayUpgrade" | "headers"> &
      Partial<Pick<PollingState, "compressFrom">>,
  ): Promise<void>;
  /** Consistent, unless `isWaiting`: then it may be a second old, and costs half. */
  look(sid: string, isWaiting?: boolean): Promise<PollingSession | undefined>;
  /** The state alone. Consistent. */
  state(sid: string): Promise<PollingState | undefined>;
  /** Keeps a body until the transport is known; "full" where there is no room for it. */
  keep(sid: string, body: string): Promise<Kept>;
  /** Ends the deciding. However many ask, one gets the bodies that were kept, to play them. */
  decide(sid: string, decision: Decision): Promise<readonly string[] | undefined>;
  /** They have been played. */
  forgetKept(sid: string): Promise<void>;
  /** A WebSocket wants to take over. False where it may not: decided, or another one is upgrading it. */
  probe(sid: string, connectionId: string): Promise<boolean>;
  /** It may have its `3probe`. False where it is too late for that. */
  probed(sid: string, connectionId: string): Promise<boolean>;
  /** It has closed before it took over. */
  unprobe(sid: string, connectionId: string): Promise<void>;
  /**
   * Queues a packet, whether or not the session is still there, and returns its key.
   *
   * @throws AwsCallError above 390 KB
   */
  put(sid: string, frames: readonly string[]): Promise<string>;
  /** Takes a packet from a session that is over. However many ask for it, one is told true. */
  take(sid: string, key: string): Promise<boolean>;
  /** What waits in a session that is over, in its order, and nobody has taken. Consistent. */
  left(sid: string): Promise<readonly QueuedPacket[]>;
  /** Answers a GET. False where another one was quicker, or the transport has changed. */
  commit(sid: string, turn: Turn): Promise<boolean>;
  /** Removes packets that have arrived. */
  remove(sid: string, keys: readonly string[]): Promise<void>;
  /** A client was cut off for what it sent by WebSocket. Remembered for a day, by its session's `pid`. */
  noteCut(pid: string): Promise<void>;
  wasCut(pid: string): Promise<boolean>;
  /** The server closes it (`closing`), or the client knows (`closed`). */
  close(sid: string, mode: "closing" | "closed"): Promise<void>;
}

/**
 * A connection by long-polling has the session's id behind a prefix that no id of API Gateway has: those are
 * letters, digits, `-`, `_` and `=`.
 */
const PREFIX = "poll.";

export function pollingConnectionId(sid: string): string {
  return PREFIX + sid;
}

/** `undefined` for a WebSocket's. */
export function pollingSid(connectionId: string): string | undefined {
  return connectionId.startsWith(PREFIX) ? connectionId.slice(PREFIX.length) : undefined;
}
