/**
 * What the runtime needs to remember between two events. `dynamo-*.ts` beside this file keeps it in DynamoDB.
 */
import type { EncodedPart } from "../protocol/encoded-part.js";
import type { ProtocolName } from "../protocol/incoming.js";
import type { StoredValue } from "./value.js";

/**
 * Where a frame can be posted to. The endpoint stands beside the id, so that one broadcast reaches several
 * APIs and regions.
 */
export interface Address {
  readonly connectionId: string;
  /** `https://{api}.execute-api.{region}.amazonaws.com/{stage}` */
  readonly endpoint: string;
  readonly protocol: ProtocolName;
  /** It gets packets of several frames, so who posts to it takes its lease (`LeaseStore`). Default false. */
  readonly leased?: true;
}

/**
 * What `$connect` said and later events do not repeat: the matter of `socket.handshake` and `socket.request`.
 */
export interface StoredHandshake {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | string[]>>;
  readonly url: string;
  readonly address: string;
  readonly secure: boolean;
}

/** One socket: a connection in a namespace. */
export interface StoredSession {
  readonly sid: string;
  /** The private id for connection state recovery, where the app has it switched on. */
  readonly pid: string | undefined;
  /** Truth of the client's last real CONNECT, not of the replays in between. */
  readonly recovered: boolean;
  readonly auth: Readonly<Record<string, unknown>>;
  /** `handshake.issued`, in epoch milliseconds. */
  readonly issued: number;
  /** Which parent let it in, for a namespace by regular expression or function. */
  readonly parent: number | undefined;
  /**
   * Since when its `connection` handler runs, in epoch milliseconds; only where it was still running when
   * this was stored.
   */
  readonly busySince?: number | undefined;
  /** Its `connection` handler registers its first listener after it has returned. */
  readonly listensLate?: boolean;
  /**
   * Of a recovered session: when it began, on its first connection, in epoch milliseconds. Default: `issued`.
   */
  readonly since?: number | undefined;
  /** Others have joined the room that bears its id, so it is not the socket's alone. */
  readonly isShared?: boolean;
  readonly rooms: ReadonlySet<string>;
  /** `socket.data`, key by key. */
  readonly data: ReadonlyMap<string, StoredValue>;
  /**
   * What user code put on the socket itself (`socket.user = …`) and on its handshake (`session-values.ts`),
   * key by key.
   */
  readonly properties: ReadonlyMap<string, StoredValue>;
  /** Names of listeners that are used up or removed (`listener-registry.ts`). */
  readonly spent: ReadonlySet<string>;
}

export interface StoredConnection extends Address {
  readonly handshake: StoredHandshake;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
  /**
   * What user code put on `socket.request`, `socket.conn` and `socket.client`, key by key
   * (`connection-values.ts`).
   */
  readonly shared?: ReadonlyMap<string, StoredValue>;
  /** By namespace. */
  readonly sessions: ReadonlyMap<string, StoredSession>;
  /** Namespaces that the client has left a short while ago, and when, in epoch milliseconds. */
  readonly left?: ReadonlyMap<string, number>;
  /** Of the item, as DynamoDB counts it. */
  readonly bytes?: number;
  /** Somebody had claimed it before, and died over it. */
  readonly wasClaimed?: boolean;
  /** Rows of rooms that may stand in the table though no session of this connection says so. */
  readonly strays: readonly Stray[];
  /** A WebSocket that has not taken over yet: the session by long-polling that it wants to upgrade. */
  readonly upgrades?: string | undefined;
  /** Notes of its events that wait for long; those of events that have died are among them. */
  readonly waiting?: ReadonlySet<string>;
}

/** A socket that is coming in, or has left before all of its rows had come. */
export interface Stray {
  readonly namespace: string;
  readonly sid: string;
  readonly rooms: Iterable<string>;
}

/**
 * What one event changed of a session. Keys and rooms that are not named keep what another event wrote
 * meanwhile.
 */
export interface SessionChanges {
  readonly namespace: string;
  readonly sid: string;
  /** Set when the session does not stand in the table yet. */
  readonly created?: StoredSession;
  readonly join?: ReadonlySet<string>;
  readonly leave?: ReadonlySet<string>;
  /** `undefined` removes the key. */
  readonly data?: ReadonlyMap<string, StoredValue | undefined>;
  readonly properties?: ReadonlyMap<string, StoredValue | undefined>;
  /** Of the connection. */
  readonly shared?: ReadonlyMap<string, StoredValue | undefined>;
  readonly spent?: ReadonlySet<string>;
  /** What became of the `connection` handler of the real CONNECT. */
  readonly note?: { readonly isReady: boolean; readonly listensLate: boolean };
  /** How many rooms the session may have at most, before some are joined. Default: any number. */
  readonly maxRooms?: number | undefined;
  /** Namespaces that the client has left so long ago that nobody need remember. */
  readonly forget?: readonly string[];
}

export interface ConnectionStore {
  create(connection: StoredConnection): Promise<void>;
  /** Consistent: it sees every write that was answered before. */
  load(connectionId: string): Promise<StoredConnection | undefined>;
  /** As many as there are, each once, in no order. Consistent. */
  loadAll(connectionIds: Iterable<string>): Promise<readonly StoredConnection[]>;
  /**
   * False when the session, or its connection, is no longer there: then nothing was written but what the
   * sockets of a living connection share. "leased" where rooms were joined, and the connection is marked so.
   *
   * @throws LimitError where the session has more than `maxRooms`.
   */
  save(connectionId: string, changes: SessionChanges): Promise<Saved>;
  /** As `save`, where no session has changed. */
  saveShared(connectionId: string, shared: ReadonlyMap<string, StoredValue | undefined>): Promise<boolean>;
  /**
   * Notes that the connection is being greeted. However many ask, one is told true, and another one 45 s
   * later if it is in no namespace by then.
   */
  claimGreeting(connectionId: string): Promise<boolean>;
  /** Uses up a listener of a session. However many ask, one is told true. */
  spend(connectionId: string, namespace: string, sid: string, listener: string): Promise<boolean>;
  /** Notes that others have joined the room that bears the socket's id. */
  shareRoom(connectionId: string, namespace: string, sid: string): Promise<void>;
  /**
   * Notes that an event waits. Resolves with all such notes, or `undefined` where the connection has ended.
   */
  noteWaiting(connectionId: string, note: string): Promise<ReadonlySet<string> | undefined>;
  dropWaiting(connectionId: string, notes: readonly string[]): Promise<void>;
  /**
   * The connection has ended: from now on nobody loads or changes it. However many ask, one gets it, to run
   * its `disconnect` handlers and then to `forget` it. Who has not forgotten it after 45 s has died over it,
   * and another one gets it.
   */
  claim(connectionId: string): Promise<Claim>;
  /**
   * It has taken over the session that it `upgrades`, and is a connection like any other: the one that is
   * given. `undefined` where it is over.
   */
  upgraded(connectionId: string): Promise<StoredConnection | undefined>;
  /** Removes a connection that was claimed. */
  forget(connectionId: string): Promise<void>;
  /**
   * Instead: the handlers have run, but rows of its rooms may still be on their way. Who claims it 45 s
   * later, when nothing is on its way any more, is told so.
   */
  forgetLater(connectionId: string): Promise<void>;
  /** Notes rows that have to be removed when the connection ends. False when it has: nothing was written. */
  noteStray(connectionId: string, stray: Stray): Promise<Saved>;
  /** The rows are gone. */
  dropStray(connectionId: string, namespace: string, sid: string): Promise<void>;
  /**
   * Removes one session. However many ask, one is told true. Rooms whose rows still stand are noted as stray.
   */
  removeSession(
    connectionId: string,
    namespace: string,
    sid: string,
    rooms?: Iterable<string>,
  ): Promise<boolean>;
}

export type Saved = boolean | "leased";

export type Claim =
  | { readonly kind: "ours"; readonly stored: StoredConnection }
  /** Its handlers have run (`forgetLater`): what is left are rows. */
  | { readonly kind: "leftover"; readonly stored: StoredConnection }
  /** Another event does it now. */
  | { readonly kind: "taken" }
  | { readonly kind: "missing" };

/** A socket in a room. */
export interface Member extends Address {
  readonly sid: string;
  /**
   * In the room that bears its id, where it has been recovered: the offset behind which it got what the log
   * held.
   */
  readonly recoveredFrom?: string;
  /** When it began to do so, in epoch milliseconds: before the log was read. */
  readonly recoveredAt?: number;
  /**
   * When it joins, in epoch milliseconds, where clients may recover. Written, and read where the row is
   * removed.
   */
  readonly joinedAt?: number;
}

/** The ack of one client. */
export interface AckAnswer {
  readonly sid: string;
  /** The ACK packet, encoded. */
  readonly parts: readonly EncodedPart[];
}

export interface AckStore {
  /**
   * Stores what anybody says to be an answer. @throws AnswerTooLargeError when it has more than an item can
   * hold.
   */
  put(namespace: string, id: number, answer: AckAnswer): Promise<void>;
  /**
   * The answers of those that are missing, as far as they are there. Consistent. `asked` is how many were
   * asked in all: so many answers are read at most, whatever others have put there.
   */
  find(
    namespace: string,
    id: number,
    missing: ReadonlySet<string>,
    asked: number,
  ): Promise<readonly AckAnswer[]>;
}

/** A part of a binary packet that is still incomplete. */
export interface WaitingPart {
  readonly order: string;
  /** How many attachments it announces; 0 for an attachment. */
  readonly announces: number;
}

export interface AttachmentStore {
  /**
   * Notes that a part has come. Returns all that wait, this one among them, in the gateway's order.
   * Consistent.
   */
  note(connectionId: string, order: string, announces: number): Promise<readonly WaitingPart[]>;
  /** Stores a part that was noted. */
  keep(connectionId: string, order: string, part: EncodedPart): Promise<void>;
  /** `undefined` where it is not stored yet. Consistent. */
  read(connectionId: string, order: string): Promise<EncodedPart | undefined>;
  /** Removes notes. However many ask, one is told true: by the first of these orders. */
  forget(connectionId: string, orders: readonly string[]): Promise<boolean>;
}

/** Which namespaces the app's parents have made. */
export interface NamespaceStore {
  note(parent: number, name: string): Promise<void>;
  list(parent: number): Promise<readonly string[]>;
}
