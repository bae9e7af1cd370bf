/**
 * What connection state recovery needs to remember: sessions that were lost, and the packets that they
 * missed.
 */
import type { EncodedPart } from "../protocol/encoded-part.js";
import type { StoredValue } from "./value.js";

/** What a session was when its connection was lost. */
export interface LostSession {
  readonly sid: string;
  readonly rooms: readonly string[];
  readonly data: ReadonlyMap<string, StoredValue>;
  readonly properties: ReadonlyMap<string, StoredValue>;
  /** Epoch milliseconds. */
  readonly lostAt: number;
  /** When it began, on its first connection, in epoch milliseconds. Default: unknown. */
  readonly since?: number | undefined;
  /**
   * When the socket joined its rooms, in epoch milliseconds; not of a room whose row was not there. Default:
   * unknown.
   */
  readonly joinedAt?: ReadonlyMap<string, number> | undefined;
  /** Of a client that polled: the session's id, in whose queue packets may wait. */
  readonly queue?: string | undefined;
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
