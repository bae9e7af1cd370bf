/**
 * One socket of this event: what stood in the table, what stands on the `Socket` now, and so what has to be saved.
 *
 * The user's code sees `socket.rooms`, `socket.data` and its own properties at once and in memory; a change goes to the
 * table with the next step of the outbox.
 */
import type { Socket } from "socket.io";
import type { Connection } from "./connection.js";
import { parentOf } from "./dynamic-namespaces.js";
import { UnstorableValueError } from "./errors.js";
import { registryOf } from "./listener-registry.js";
import { warnOnce } from "./log.js";
import { leaveRooms } from "./room-changes.js";
import type { Member, SessionChanges, StoredSession } from "./store/store.js";
import { decodeValue, encodeValue, type StoredValue, sameValue } from "./store/value.js";

type Values = Map<string, StoredValue>;
export type ValueChanges = Pick<SessionChanges, "data" | "properties" | "spent">;

export class Session {
  readonly rooms: Set<string>;
  /** Stands in the table, as far as this event knows. */
  isStored: boolean;
  /** Removed from the table, and by us: its `disconnect` handlers are ours to run. */
  isRemoved = false;
  /** Removed before the rows of its rooms, which are noted as stray. */
  isStray = false;
  readonly #onRemoved: (() => void)[] = [];
  #persist: (() => Promise<void>) | undefined;
  #socket: Socket | undefined;
  #saved: { data: Values; properties: Values } = { data: new Map(), properties: new Map() };

  constructor(
    readonly connection: Connection,
    readonly namespace: string,
    readonly sid: string,
    readonly stored?: StoredSession,
  ) {
    this.rooms = new Set(stored?.rooms);
    this.isStored = stored !== undefined;
    if (stored) this.#saved = { data: new Map(stored.data), properties: new Map(stored.properties) };
  }

  get socket(): Socket | undefined {
    return this.#socket;
  }

  /** As the table of rooms knows it. */
  get member(): Member {
    const { connectionId, endpoint, protocol } = this.connection.stored;
    return { connectionId, endpoint, protocol, sid: this.sid };
  }

  /** The member that a room of this socket's id consists of, if it is certain that nobody else has joined it. */
  get soleMember(): Member | undefined {
    const isShared = this.connection.stored.sessions.get(this.namespace)?.isShared;
    return isShared ? undefined : this.member;
  }

  /** Runs `handlers` now if the session is removed by us, or else when `close` finds that it is. Never if it is not. */
  whenRemoved(handlers: () => void): void {
    if (this.isRemoved || this.connection.isRemoved) handlers();
    else this.#onRemoved.push(handlers);
  }

  /** The connection is lost in a way that the client may recover from. */
  persist(pid: string, keptMs: number): void {
    if (!this.#socket) return;
    const lost = { sid: this.sid, rooms: [...this.rooms], ...snapshot(this.#socket), lostAt: Date.now() };
    const { id, backend } = this.connection;
    this.#persist = () => backend.recovery.persist(this.namespace, pid, id, lost, keptMs);
  }

  async #leaveRooms(rooms: readonly string[]): Promise<void> {
    const { connection, namespace, sid, member } = this;
    const { backend, runtime } = connection;
    const { connections } = backend;
    const wereThere = await leaveRooms(backend, runtime.io.of(namespace), member, rooms, { everyone: true });
    if (connection.isRemoved) {
      // A join, in another environment, has saved the room and not yet written its row.
      if (!wereThere) connection.missesRows = true;
    } else if (wereThere) {
      if (this.isStray) await connections.dropStray(connection.id, namespace, sid);
    } else {
      await connections.noteStray(connection.id, { namespace, sid, rooms });
    }
  }

  /** socket.io has closed the socket: removes what stands in the tables. */
  close(): void {
    const { connection, namespace, sid } = this;
    const { connections } = connection.backend;
    const leave = [...this.rooms];
    connection.ended.add(sid);
    if (this.isRemoved || connection.isRemoved || !this.#socket) this.rooms.clear();
    if (!this.#socket) {
      this.#refused();
      return;
    }
    connection.outbox.place("store", async () => {
      const left = this.#leaveRooms(leave);
      if (this.isRemoved || connection.isRemoved) {
        this.isRemoved = true;
      } else {
        await left; // first: should this environment die in between, whoever ends the connection knows of the rows still
        this.isRemoved = await connections.removeSession(connection.id, namespace, sid);
      }
      this.isStored = false;
      if (this.isRemoved) this.#runHandlers();
      connection.runtime.keptSessions.delete(sid);
      if (connection.sessions.get(namespace) === this) connection.sessions.delete(namespace);
      await left;
      // Last of all: a client that recovers writes the same rows anew.
      if (this.isRemoved) await this.#persist?.();
    });
  }

  /** A middleware refused it: nothing is stored, but for the rows of a recovery. */
  #refused(): void {
    const { connection, namespace } = this;
    const recovered = connection.recovered.get(namespace);
    if (!recovered) return;
    connection.outbox.place("store", () => this.#leaveRooms(recovered.session.rooms));
  }

  /** The first one is `disconnecting`, which still sees the rooms. */
  #runHandlers(): void {
    const [disconnecting, ...later] = this.#onRemoved.splice(0);
    disconnecting?.();
    this.rooms.clear();
    for (const run of later) run();
  }

  /** Takes the library's socket. A rehydrated one gets back what its constructor made anew. */
  attach(socket: Socket): void {
    this.#socket = socket;
    if (this.connection.runtime.kept) this.connection.runtime.keptSessions.set(this.sid, this);
    Object.assign(socket, this.connection.recovered.get(this.namespace)?.properties);
    if (!this.stored) return;
    const { auth, issued, recovered } = this.stored;
    Object.assign(socket, { recovered });
    Object.assign(socket.handshake, { auth, issued, time: String(new Date(issued)) });
    this.#restoreValues();
  }

  /**
   * Puts back the stored values that differ from those on the socket. A replayed `connection` handler sets its initial
   * values again; a value that it did not touch stays the same object, so a reference that it kept stays good.
   */
  #restoreValues(): void {
    if (!this.#socket) return;
    restore(this.#socket.data as Record<string, unknown>, this.#saved.data, Object.keys(this.#socket.data));
    restore(
      this.#socket as unknown as Record<string, unknown>,
      this.#saved.properties,
      ownProperties(this.#socket),
    );
  }

  /** The `connection` handler has been replayed: undoes what it did to what is stored. */
  replayed(): void {
    this.#restoreValues();
    if (this.#socket && this.stored) registryOf(this.#socket).detach(this.stored.spent);
  }

  /** The values that changed since the last call, which counts them as saved. `undefined` when there are none. */
  takeValueChanges(): ValueChanges | undefined {
    if (!this.#socket) return undefined;
    const now = snapshot(this.#socket);
    const data = difference(this.#saved.data, now.data);
    const properties = difference(this.#saved.properties, now.properties);
    const spent = registryOf(this.#socket).takeSpent();
    if (data.size === 0 && properties.size === 0 && spent.size === 0) return undefined;
    this.#saved = now;
    return { data, properties, spent };
  }

  /** The session as it has to be stored for the first time; from then on it counts as stored. */
  takeNew(): StoredSession {
    const socket = this.#socket;
    if (!socket) throw new Error(`The socket ${this.sid} is stored before it is connected.`);
    this.isStored = true;
    this.#saved = snapshot(socket);
    const { auth, issued } = socket.handshake;
    const pid = (socket as unknown as { pid?: string }).pid;
    return {
      sid: this.sid,
      pid,
      recovered: socket.recovered,
      parent: parentOf(socket.nsp),
      spent: registryOf(socket).takeSpent(),
      auth,
      issued,
      rooms: this.rooms,
      ...this.#saved,
    };
  }
}

/** What the library itself puts on a `Socket`, socket.io 4.8 `socket.ts`; everything else is the app's. */
const LIBRARY_PROPERTIES = new Set(
  "_events _eventsCount _maxListeners nsp client id pid recovered handshake data connected acks fns flags server adapter join _anyListeners _anyOutgoingListeners".split(
    " ",
  ),
);

function ownProperties(socket: Socket): string[] {
  return Object.keys(socket).filter((key) => !LIBRARY_PROPERTIES.has(key));
}

function snapshot(socket: Socket): { data: Values; properties: Values } {
  const properties = socket as unknown as Record<string, unknown>;
  return {
    data: encodeAll(socket.data, Object.keys(socket.data), "socket.data."),
    properties: encodeAll(properties, ownProperties(socket), "socket."),
  };
}

function encodeAll(values: Record<string, unknown>, keys: readonly string[], prefix: string): Values {
  const encoded: Values = new Map();
  for (const key of keys) {
    const value = values[key];
    if (value === undefined) continue;
    try {
      encoded.set(key, encodeValue(prefix + key, value));
    } catch (error) {
      if (!(error instanceof UnstorableValueError)) throw error;
      warnOnce(error.message);
    }
  }
  return encoded;
}

function difference(before: Values, after: Values): Map<string, StoredValue | undefined> {
  const changed = new Map<string, StoredValue | undefined>();
  for (const [key, value] of after) if (!sameValue(before.get(key), value)) changed.set(key, value);
  for (const key of before.keys()) if (!after.has(key)) changed.set(key, undefined);
  return changed;
}

function restore(target: Record<string, unknown>, saved: Values, keys: readonly string[]): void {
  const present = encodeAll(target, keys, "socket.");
  for (const key of present.keys()) if (!saved.has(key)) delete target[key];
  for (const [key, value] of saved) {
    if (!sameValue(present.get(key), value)) target[key] = decodeValue(value);
  }
}
