/**
 * The end of one socket: what it leaves in the tables is removed, and the event that removes it runs its
 * handlers.
 */
import type { Recovered } from "../recovery/recovered.js";
import { leaveRooms } from "../rooms/room-changes.js";
import { pollingSid } from "../store/polling-store.js";
import { snapshot } from "../values/session-values.js";
import type { Session } from "./session.js";

/** A session, and what only its own end may ask of it. */
export interface EndingSession extends Session {
  readonly isRemoved: boolean;
  readonly isStray: boolean;
  readonly recoveredAs: Recovered | undefined;
  /** It is no longer in the table. */
  hasEnded(isOurs: boolean): void;
}

export class SessionEnd {
  readonly #onRemoved: (() => void)[] = [];
  #persist: (() => Promise<void>) | undefined;
  /** When it joined the rooms that it has left, where clients may recover. */
  readonly #joinedAt = new Map<string, number>();

  constructor(private readonly session: EndingSession) {}

  whenRemoved(handlers: () => void): void {
    if (this.session.isRemoved || this.#endsWithConnection) handlers();
    else this.#onRemoved.push(handlers);
  }

  /** We have claimed its connection, and nobody had ended this session before. */
  get #endsWithConnection(): boolean {
    const { connection, isStored, namespace, sid } = this.session;
    return connection.isRemoved && (!isStored || connection.stored.sessions.get(namespace)?.sid === sid);
  }

  persist(pid: string, keptMs: number): void {
    const { connection, namespace, sid, rooms, socket, stored, recoveredAs } = this.session;
    // An environment has died over it, which may have taken rows away: nobody knows any more when the rooms
    // were joined.
    if (!socket || connection.stored.wasClaimed) return;
    const lost = {
      sid,
      queue: pollingSid(connection.id),
      rooms: [...rooms],
      ...snapshot(socket),
      lostAt: Date.now(),
      since: stored?.since ?? stored?.issued ?? recoveredAs?.since ?? socket.handshake.issued,
      joinedAt: this.#joinedAt, // filled when they are left, which comes first
    };
    const { id, backend } = connection;
    this.#persist = () => backend.recovery.persist(namespace, pid, id, lost, keptMs);
  }

  close(): void {
    const { session } = this;
    const { connection, namespace, sid, socket } = session;
    const { connections } = connection.backend;
    const leave = [...session.rooms];
    connection.ended.add(sid);
    if (session.isRemoved || connection.isRemoved || !socket) session.rooms.clear();
    if (!socket) {
      this.#refused();
      return;
    }
    connection.outbox.place("store", async () => {
      const left = this.#leaveRooms(leave);
      if (session.isRemoved || connection.isRemoved) {
        session.hasEnded(session.isRemoved || this.#endsWithConnection);
      } else {
        await left; // first: if this environment dies in between, the connection's end knows of the rows still
        session.hasEnded(await connections.removeSession(connection.id, namespace, sid));
      }
      if (session.isRemoved) this.#runHandlers();
      connection.runtime.keptSessions.delete(sid);
      if (connection.sessions.get(namespace) === session) connection.sessions.delete(namespace);
      await left;
      // Last of all: a client that recovers writes the same rows again.
      if (session.isRemoved) await (this.#persist?.() ?? this.#endRecovery());
    });
  }

  async #leaveRooms(rooms: readonly string[]): Promise<void> {
    const { connection, namespace, sid, member, isStray } = this.session;
    const { backend, runtime } = connection;
    const { connections } = backend;
    const wereThere = await leaveRooms(backend, runtime.io.of(namespace), member, rooms, {
      everyone: true,
      onLeft: (room, joinedAt = 0) => this.#joinedAt.set(room, joinedAt),
    });
    if (connection.isRemoved) {
      // A join, in another environment, has saved the room and not yet written its row.
      if (!wereThere) connection.rowWasMissing();
    } else if (wereThere) {
      if (isStray) await connections.dropStray(connection.id, namespace, sid);
    } else {
      await connections.noteStray(connection.id, { namespace, sid, rooms });
    }
  }

  /**
   * It ended in a way from which clients do not recover, and `socket.io-client` asks for it all the same when
   * it comes back: this says that there is nothing to wait for.
   */
  async #endRecovery(): Promise<void> {
    const { connection, namespace, sid, socket } = this.session;
    const { id, backend, runtime } = connection;
    const pid = (socket as unknown as { pid?: string } | undefined)?.pid;
    if (runtime.recoveryMs === undefined || pid === undefined) return;
    const ended = { sid, rooms: [], data: new Map(), properties: new Map(), lostAt: 0 };
    await backend.recovery.persist(namespace, pid, id, ended, runtime.recoveryMs);
  }

  /** A middleware refused it: nothing is stored, except the rows of a recovery. */
  #refused(): void {
    const { connection, namespace, recoveredAs } = this.session;
    if (connection.sessions.get(namespace) === this.session) connection.sessions.delete(namespace);
    if (recoveredAs) connection.outbox.place("store", () => this.#leaveRooms(recoveredAs.session.rooms));
  }

  /** The first one is `disconnecting`, which still sees the rooms. */
  #runHandlers(): void {
    const [disconnecting, ...later] = this.#onRemoved.splice(0);
    disconnecting?.();
    this.session.rooms.clear();
    for (const run of later) run();
  }
}
