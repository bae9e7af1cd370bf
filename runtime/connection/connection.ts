/**
 * One client's connection, as an environment holds it while it works on an event: what is stored of it, the
 * sockets that the event needs, and everything that is sent and saved in its name.
 *
 * `HeldConnection` is the class. All parts work on this interface: the class imports them, so they must not
 * import it.
 */
import type { Socket } from "socket.io";
import type { Backend } from "../backend.js";
import type { PostOptions } from "../delivery/delivery.js";
import type { Stage } from "../log/log.js";
import type { EncodedPart } from "../protocol/encoded-part.js";
import type { Recovered } from "../recovery/recovered.js";
import type { Runtime } from "../runtime.js";
import type { SessionChanges, StoredConnection } from "../store/store.js";
import type { Started } from "../user-code/started.js";
import type { ConnectionValues } from "../values/connection-values.js";
import type { ChangedValues } from "../values/values.js";
import type { Outbox, Step } from "./outbox.js";
import type { Scope } from "./scope.js";
import type { Session } from "./session.js";
import type { HandshakeRequest } from "./socket-request.js";

/**
 * - `open`: as far as this event knows;
 * - `closing`: the server closes it, and the table has not answered yet whose the `disconnect` handlers are;
 * - `removed`: it has ended, and this event has claimed it: the handlers are ours, and nothing is left to
 *   save.
 */
export type ConnectionPhase = "open" | "closing" | "removed";

export type ConnectOutcome = "connected" | "refused";

/** What is special about an event of a connection. */
export interface Circumstances {
  /** In ordered mode: the client's next messages wait until this event is over; its answers do not. */
  readonly isInTurn?: boolean | undefined;
  /** `$connect` may not have returned yet: see `PostOptions`. */
  readonly opening?: PostOptions["opening"];
}

export interface Connection {
  readonly id: string;
  readonly runtime: Runtime;
  readonly backend: Backend;
  readonly stored: StoredConnection;
  readonly outbox: Outbox;
  readonly memberships: Memberships;
  /** Rehydrated or newly connected here, by namespace. */
  readonly sessions: Map<string, Session>;
  /** What clients have recovered in this event, by namespace. */
  readonly recovered: Map<string, Recovered>;
  /** Ids of sockets that were disconnected here. */
  readonly ended: Set<string>;
  /** The request of its handshake, which its sockets share. */
  readonly request: HandshakeRequest;
  /** What user code keeps on the request, the connection and the client. */
  readonly values: ConnectionValues;
  readonly saves: SharedSaves;
  /** What the replays of this event have started. */
  readonly replays: Started[];
  /** The event that works on it; the last one where it is kept and there are several. */
  readonly event: Scope | undefined;
  readonly isInTurn: boolean;
  /** When an event took it, with what was stored, in epoch milliseconds. */
  readonly heldAt: number;
  /** Which event of the client this is, for a person: `the event "say" of /chat`. */
  readonly eventLabel: string;

  readonly phase: ConnectionPhase;
  readonly isRemoved: boolean;
  /** The event is over and nothing is kept. What late callbacks still send goes out all the same. */
  readonly isReleased: boolean;
  /** Rows of its rooms were not there when they were removed: they may still come. */
  readonly missesRows: boolean;

  /** The server closes it. False where that is under way already, or the connection has ended. */
  beginsClosing(): boolean;
  /** We have claimed it, and this is what stood there. */
  removed(stored?: StoredConnection): void;
  rowWasMissing(): void;
  /** It was read again, before a handler has seen it. */
  reload(stored: StoredConnection): void;

  eventBegins(event: Scope): void;
  /** The event has no time left for the `connection` handlers of its CONNECT, or they are done. */
  handlersEnded(): void;
  /** Forgets the sockets without disconnecting them: the next event finds them in the table. */
  eventEnded(): void;
  /**
   * Counts work as the event's: the one that this code runs in, or else the one that works on this
   * connection.
   */
  track(label: string, promise: Promise<unknown>): void;

  /**
   * Like the outbox's, but first saves what handlers changed of `socket.data`, so that nobody hears of it too
   * early.
   */
  place(stage: Stage, step: Step, options?: { readonly isBarrier: boolean }): Promise<void>;
  /** Saves what handlers changed of `socket.data` and of the sockets' own properties. */
  saveValues(): void;
  /** Sends the frames of one packet to this client, behind everything that was sent before. */
  send(frames: readonly string[], options?: PostOptions): void;
  /** Hands a packet of the client to socket.io. One that it cannot parse makes it close the connection. */
  receive(parts: readonly EncodedPart[]): void;
  /** Middlewares have run again: what is changed of a session from now on has to be saved. */
  watchRequest(): void;
  /**
   * The request has what middlewares of `io.engine.use()` put there, also what cannot be stored. `undefined`
   * where there is nothing to wait for.
   */
  requestIsWhole(): Promise<void> | undefined;
  /**
   * Hands a CONNECT packet to socket.io, and resolves when the namespace has let the socket in or refused it.
   */
  connect(namespace: string, parts: readonly EncodedPart[]): Promise<ConnectOutcome>;
  /**
   * The scope in which a socket comes in. An app's function for dynamic namespaces may answer out of any
   * other.
   */
  scopeOfConnect(namespace: string): Scope | undefined;
  /** socket.io has let a socket in, and its `connection` handlers have been called. */
  onConnected(socket: Socket): void;
  /** A middleware does not call `next`: its client may wait, as on any server, and the event does not. */
  leaveWaiting(namespace: string): void;
  /** Tells socket.io that the connection is closed. */
  closed(reason: string, description?: unknown): void;
  /**
   * The same, and then to the sockets that `rehydrateRest` brings back, which this event had no need of so
   * far.
   */
  closedForAll(reason: string, description: unknown, rehydrateRest: () => Promise<void>): Promise<void>;
}

/** The joins and leaves of its sockets (`memberships.ts`). */
export interface Memberships {
  /** @param entersAll it was in no room, and so may have left that of the namespace (`leave`). */
  join(session: Session, rooms: Iterable<string>, entersAll: boolean): Promise<void>;
  /** @param leavesAll also the room of the whole namespace. */
  leave(session: Session, rooms: Iterable<string>, leavesAll?: boolean): Promise<void>;
}

/** The values that its sockets share, on their way into the table (`value-saves.ts`). */
export interface SharedSaves {
  /** What changed of `socket.request` and its kin since the last call, which counts it as saved. */
  takeShared(): ChangedValues;
  /** The next call has them again. */
  sharedNotSaved(changes: NonNullable<SessionChanges["shared"]>): void;
}
