/** What the runtime needs to remember between two events. `dynamo-*.ts` beside this file keeps it in DynamoDB. */
import type { EncodedPart } from "../socket-io-internals.js";
import type { StoredValue } from "./value.js";

/** Engine.IO frames, or one JSON object a message (`runtime/protocol/`). */
export type ProtocolName = "engine.io" | "plain";

/** Where a frame can be posted to. The endpoint stands beside the id, so that one broadcast reaches several APIs and regions. */
export interface Address {
  readonly connectionId: string;
  /** `https://{api}.execute-api.{region}.amazonaws.com/{stage}` */
  readonly endpoint: string;
  readonly protocol: ProtocolName;
}

/** What `$connect` said and later events do not repeat: the matter of `socket.handshake` and `socket.request`. */
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
  /** Others have joined the room that bears its id, so it is not the socket's alone. */
  readonly isShared?: boolean;
  readonly rooms: ReadonlySet<string>;
  /** `socket.data`, key by key. */
  readonly data: ReadonlyMap<string, StoredValue>;
  /** What user code put on the socket itself (`socket.user = …`), key by key. */
  readonly properties: ReadonlyMap<string, StoredValue>;
  /** Names of listeners that are used up or removed (`listener-registry.ts`). */
  readonly spent: ReadonlySet<string>;
}

export interface StoredConnection extends Address {
  readonly handshake: StoredHandshake;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
  /** By namespace. */
  readonly sessions: ReadonlyMap<string, StoredSession>;
  /** Rows of rooms that may stand in the table though no session of this connection says so. */
  readonly strays: readonly Stray[];
}

/** A socket that is coming in, or has left before all of its rows had come. */
export interface Stray {
  readonly namespace: string;
  readonly sid: string;
  readonly rooms: Iterable<string>;
}

/** What one event changed of a session. Keys and rooms that are not named keep what another event wrote meanwhile. */
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
  readonly spent?: ReadonlySet<string>;
}

export interface ConnectionStore {
  create(connection: StoredConnection): Promise<void>;
  /** Consistent: it sees every write that was answered before. */
  load(connectionId: string): Promise<StoredConnection | undefined>;
  /** False when the session, or its connection, is no longer there: nothing was written. */
  save(connectionId: string, changes: SessionChanges): Promise<boolean>;
  /**
   * Notes that the connection is being greeted. However many ask, one is told true, and another one 45 s later if it is
   * in no namespace by then.
   */
  greet(connectionId: string): Promise<boolean>;
  /** Uses up a listener of a session. However many ask, one is told true. */
  spend(connectionId: string, namespace: string, sid: string, listener: string): Promise<boolean>;
  /** Notes that others have joined the room that bears the socket's id. */
  shareRoom(connectionId: string, namespace: string, sid: string): Promise<void>;
  /**
   * The connection has ended: from now on nobody loads or changes it. However many ask, one gets it, to run its `disconnect`
   * handlers and then to `forget` it. Who has not forgotten it after 45 s has died over it, and another one gets it.
   */
  claim(connectionId: string): Promise<Claim>;
  /** Removes a connection that was claimed. */
  forget(connectionId: string): Promise<void>;
  /**
   * Instead: the handlers have run, but rows of its rooms may still be on their way. Who claims it 45 s later, when
   * nothing is on its way any more, is told so.
   */
  forgetLater(connectionId: string): Promise<void>;
  /** Notes rows that have to be removed when the connection ends. False when it has: nothing was written. */
  noteStray(connectionId: string, stray: Stray): Promise<boolean>;
  /** The rows are gone. */
  dropStray(connectionId: string, namespace: string, sid: string): Promise<void>;
  /** Removes one session. However many ask, one is told true. Rooms whose rows still stand are noted as stray. */
  removeSession(
    connectionId: string,
    namespace: string,
    sid: string,
    rooms?: Iterable<string>,
  ): Promise<boolean>;
}

export type Claim =
  | { readonly kind: "ours"; readonly stored: StoredConnection }
  /** Its handlers have run (`forgetLater`): what is left are rows. */
  | { readonly kind: "leftover"; readonly stored: StoredConnection }
  /** Somebody else is at it. */
  | { readonly kind: "taken" }
  | { readonly kind: "missing" };

/** A socket in a room. */
export interface Member extends Address {
  readonly sid: string;
  /** In the room that bears its id, where it has been recovered: the offset behind which it got what the log held. */
  readonly recoveredFrom?: string;
  /** When it began to do so, in epoch milliseconds: before the log was read. */
  readonly recoveredAt?: number;
}

/** A row belongs to the connection that wrote it: only `enter` takes over what an earlier connection of the socket has left. */
export interface RoomStore {
  /** The socket comes in, as a new one or by recovery: writes its rows in rooms and in that of the whole namespace. */
  enter(namespace: string, member: Member, rooms: Iterable<string>): Promise<void>;
  /** Writes rows in rooms. Joining twice does nothing. */
  join(namespace: string, member: Member, rooms: Iterable<string>): Promise<void>;
  /** Removes rows; with `everyone` also that of the whole namespace. False when one was not there, or not ours. */
  leave(
    namespace: string,
    member: Member,
    rooms: Iterable<string>,
    options?: { readonly everyone?: boolean },
  ): Promise<boolean>;
  /** The members of a room page by page, so that a room of any size needs the memory of one page. Consistent. */
  members(namespace: string, room: string): AsyncIterable<readonly Member[]>;
  /** All sockets of a namespace, page by page. */
  everyone(namespace: string): AsyncIterable<readonly Member[]>;
}

/** The ack of one client. */
export interface AckAnswer {
  readonly sid: string;
  /** The ACK packet, encoded. */
  readonly parts: readonly EncodedPart[];
}

export interface AckStore {
  put(namespace: string, id: number, answer: AckAnswer): Promise<void>;
  /** All answers so far. Consistent. */
  list(namespace: string, id: number): Promise<readonly AckAnswer[]>;
}

/** Parts of binary packets that are still incomplete. */
export interface AttachmentStore {
  put(connectionId: string, order: string, part: EncodedPart): Promise<void>;
  /** In the order of the gateway. Consistent. */
  list(connectionId: string): Promise<readonly { readonly order: string; readonly part: EncodedPart }[]>;
  /** Removes one part. However many ask, one is told true. */
  take(connectionId: string, order: string): Promise<boolean>;
}

/** Which namespaces the app's parents have made. */
export interface NamespaceStore {
  note(parent: number, name: string): Promise<void>;
  list(parent: number): Promise<readonly string[]>;
}

export interface RoomChange {
  readonly kind: "create-room" | "join-room" | "leave-room" | "delete-room";
  readonly room: string;
}

/** Like `RoomStore`, but for the room of the whole namespace, for apps that want to know what changed. */
export interface RoomCountStore {
  enter(namespace: string, member: Member, rooms: Iterable<string>): Promise<readonly RoomChange[]>;
  join(namespace: string, member: Member, rooms: Iterable<string>): Promise<readonly RoomChange[]>;
  leave(
    namespace: string,
    member: Member,
    rooms: Iterable<string>,
  ): Promise<{ readonly changes: readonly RoomChange[]; readonly wereThere: boolean }>;
}

/** What a session was when its connection was lost. */
export interface LostSession {
  readonly sid: string;
  readonly rooms: readonly string[];
  readonly data: ReadonlyMap<string, StoredValue>;
  readonly properties: ReadonlyMap<string, StoredValue>;
  /** Epoch milliseconds. */
  readonly lostAt: number;
}

export interface LoggedPacket {
  readonly offset: string;
  readonly parts: readonly EncodedPart[];
  readonly except: readonly string[];
  /** When its sender, who was slow, had read the room, in epoch milliseconds. */
  readonly lateAt?: number | undefined;
}

/** Connection state recovery. Nothing is written here unless the app has it on. */
export interface RecoveryStore {
  /** The session lives, on this connection. Nothing is done where it is lost by now. */
  open(namespace: string, pid: string, connectionId: string): Promise<void>;
  /** The session's connection is lost. Nothing is done where the session lives on another one. */
  persist(
    namespace: string,
    pid: string,
    connectionId: string,
    session: LostSession,
    keptMs: number,
  ): Promise<void>;
  find(
    namespace: string,
    pid: string,
  ): Promise<{ readonly connectionId: string } | { readonly lost: LostSession } | undefined>;
  /** However many connections ask for a lost session, one is told true. */
  take(namespace: string, pid: string, connectionId: string): Promise<boolean>;
  /** Keeps a packet for each of its rooms; no rooms mean the whole namespace. */
  log(namespace: string, rooms: readonly string[], packet: LoggedPacket, keptMs: number): Promise<void>;
  /** Notes that the sender of a packet was slow to read its rooms. */
  noteLate(namespace: string, rooms: readonly string[], offset: string, at: number): Promise<void>;
  /** The packets behind an offset, in order. */
  logged(namespace: string, room: string | null, after: string): Promise<readonly LoggedPacket[]>;
  /** One packet, while it is kept. */
  packet(namespace: string, { room, offset }: PacketNote): Promise<LoggedPacket | undefined>;
  /** Notes that a packet met a closed connection. */
  noteMissed(namespace: string, sid: string, note: PacketNote, keptMs: number): Promise<void>;
  missed(namespace: string, sid: string): Promise<readonly PacketNote[]>;
  /** However many ask for a note, one is told true. */
  takeMissed(namespace: string, sid: string, offset: string): Promise<boolean>;
}

/** Which packet of which log. */
export interface PacketNote {
  readonly offset: string;
  readonly room: string | null;
}

/** A connection that is pinged. */
export interface HeartbeatMember extends Address {
  /** When it was opened, in epoch milliseconds. */
  readonly since: number;
  readonly pongAt: number | undefined;
}

/** Connections by the time at which they are pinged: slots follow each other, each in some shards. */
export interface HeartbeatStore {
  readonly shards: number;
  enter(slot: number, address: Address, since: number): Promise<void>;
  leave(slot: number, connectionId: string): Promise<void>;
  /** False for a connection that is not pinged with Engine.IO's ping. */
  pong(slot: number, connectionId: string, at: number): Promise<boolean>;
  members(slot: number, shard: number): AsyncIterable<readonly HeartbeatMember[]>;
  /** When the shard was pinged last, in epoch milliseconds. */
  pingedAt(slot: number, shard: number): Promise<number | undefined>;
  pinged(slot: number, shard: number, at: number): Promise<void>;
}
