/**
 * One socket of an event: what stood in the table, what stands on the `Socket` now, and so what has to be
 * saved.
 *
 * The user's code sees `socket.rooms`, `socket.data` and its own properties at once and in memory. A change
 * goes to the table with the next step of the outbox.
 *
 * `HeldSession` is the class. All parts work on this interface, as with `Connection`.
 */
import type { Socket } from "socket.io";
import type { Member, SessionChanges, StoredSession } from "../store/store.js";
import type { Connection } from "./connection.js";

export type ValueChanges = Required<Pick<SessionChanges, "data" | "properties" | "spent" | "shared">> &
  Pick<SessionChanges, "note">;

/**
 * - `entering`: a real CONNECT, and the namespace has not let the socket in yet;
 * - `connecting`: its event goes on: the `connection` handlers run;
 * - `replaying`: they run again, in a later event: what the socket sends or joins goes nowhere;
 * - `live`: everything that follows.
 */
export type SessionPhase = "entering" | "connecting" | "replaying" | "live";

export interface Session {
  readonly connection: Connection;
  readonly namespace: string;
  readonly sid: string;
  readonly stored?: StoredSession | undefined;
  readonly rooms: Set<string>;
  readonly socket: Socket | undefined;
  /** As the table of rooms knows it. */
  readonly member: Member;
  /** The member that a room of this socket's id consists of, if it is in there, and certainly nobody else. */
  readonly soleMember: Member | undefined;

  readonly phase: SessionPhase;
  readonly isReplaying: boolean;
  /** Stands in the table, as far as this event knows. */
  readonly isStored: boolean;
  /** A `connection` handler has returned a promise that is not settled. */
  readonly isHandling: boolean;
  /** A handler wanted an ack in a replay, where nothing is sent. */
  readonly asksInReplay: boolean;

  /** The namespace lets the socket in: its `connection` handlers are called next. */
  letIn(): void;
  /**
   * A `connection` handler of the real CONNECT goes on: other events of this client wait for it
   * (`busy-sessions.ts`).
   */
  handles(ended: Promise<unknown>): void;
  /** The event of the real CONNECT ends, whatever still runs. */
  connectingEnds(): void;
  askedInReplay(): void;
  /** Its `connection` handler has registered the first listener after it had returned. */
  listenedLate(): void;
  /** The `connection` handler has been replayed: undoes what it did to what is stored. */
  replayed(): void;
  eventEnded(): void;

  /** Takes the library's socket. A rehydrated one gets back what its constructor replaced. */
  attach(socket: Socket): void;
  /** The session as it has to be stored for the first time; from then on it counts as stored. */
  takeNew(): StoredSession;
  /** The table did not take the new session: its connection had ended. */
  notTaken(): void;
  /**
   * The values that changed since the last call, which counts them as saved. `undefined` when there are none.
   */
  takeValueChanges(): ValueChanges | undefined;
  /** The changes were not saved: the next call has them again. */
  notSaved(changes: ValueChanges): void;

  /**
   * We have removed it from the table before its socket hears of it; the rows of its rooms are noted as
   * stray.
   */
  removedAhead(): void;
  /**
   * Runs `handlers` now if the session is removed by us, or else when `close` finds that it is. Never if it
   * is not.
   */
  whenRemoved(handlers: () => void): void;
  /** The connection is lost in a way that the client may recover from. */
  persist(pid: string, keptMs: number): void;
  /** socket.io has closed the socket: removes what stands in the tables. */
  close(): void;
}
