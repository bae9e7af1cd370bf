/** `Session`, whole. What it saves and how it ends stand in files of their own. */
import type { Socket } from "socket.io";
import type { Recovered } from "../recovery/recovered.js";
import { parentOf } from "../socket-io/dynamic-namespaces.js";
import { registryOf } from "../socket-io/listener-registry.js";
import type { Member, StoredSession } from "../store/store.js";
import { handshakeToStore, putRecovered, restoreHandshake, snapshot } from "../values/session-values.js";
import { noteRemade } from "../values/values.js";
import type { Connection } from "./connection.js";
import type { SessionPhase, ValueChanges } from "./session.js";
import { type EndingSession, SessionEnd } from "./session-end.js";
import { SessionSaves } from "./session-saves.js";

/**
 * Where it stands in the table, as far as this event knows:
 *
 * - `new`: not yet;
 * - `stored`: it does;
 * - `stray`: we have removed it ahead of its socket's end, and the rows of its rooms are noted as stray;
 * - `removed`: no longer, and this event has removed it: it runs the `disconnect` handlers;
 * - `gone`: no longer, and another event has removed it.
 */
type Standing = "new" | "stored" | "stray" | "removed" | "gone";

export class HeldSession implements EndingSession {
  readonly rooms: Set<string>;
  readonly #saves: SessionSaves;
  readonly #end = new SessionEnd(this);
  #phase: SessionPhase;
  #standing: Standing;
  #asksInReplay = false;
  #socket: Socket | undefined;

  constructor(
    readonly connection: Connection,
    readonly namespace: string,
    readonly sid: string,
    readonly stored?: StoredSession,
  ) {
    this.rooms = new Set(stored?.rooms);
    this.#standing = stored ? "stored" : "new";
    this.#phase = stored ? "replaying" : "entering";
    this.#saves = new SessionSaves(connection, stored);
  }

  get socket(): Socket | undefined {
    return this.#socket;
  }

  get member(): Member {
    const { connectionId, endpoint, protocol, leased } = this.connection.stored;
    return { connectionId, endpoint, protocol, ...(leased && { leased }), sid: this.sid };
  }

  get soleMember(): Member | undefined {
    const isShared = this.connection.stored.sessions.get(this.namespace)?.isShared;
    return isShared || !this.rooms.has(this.sid) ? undefined : this.member;
  }

  get recoveredAs(): Recovered | undefined {
    return this.connection.recovered.get(this.namespace);
  }

  get phase(): SessionPhase {
    return this.#phase;
  }

  get isReplaying(): boolean {
    return this.#phase === "replaying";
  }

  get isStored(): boolean {
    return this.#standing === "stored" || this.isStray;
  }

  get isStray(): boolean {
    return this.#standing === "stray";
  }

  get isRemoved(): boolean {
    return this.#standing === "removed" || this.isStray;
  }

  get isHandling(): boolean {
    return this.#saves.isHandling;
  }

  get asksInReplay(): boolean {
    return this.#asksInReplay;
  }

  letIn(): void {
    if (this.#phase !== "entering") return;
    this.#phase = "connecting";
    // Warns of the functions that middlewares have set: they do not run again.
    if (this.#socket) snapshot(this.#socket);
  }

  handles(ended: Promise<unknown>): void {
    if (this.#phase === "connecting") this.#saves.handles(ended);
  }

  connectingEnds(): void {
    this.#saves.connectingEnds();
  }

  askedInReplay(): void {
    this.#asksInReplay = true;
  }

  listenedLate(): void {
    this.#saves.listenedLate();
  }

  replayed(): void {
    this.#handlersRan();
    this.#phase = "live";
    this.#saves.replayed(this.#socket);
    if (this.#socket && this.stored) registryOf(this.#socket).detach(this.stored.spent);
  }

  eventEnded(): void {
    this.#handlersRan();
    this.#phase = "live";
  }

  attach(socket: Socket): void {
    const { connection, stored, recoveredAs } = this;
    this.#socket = socket;
    if (connection.runtime.kept) connection.runtime.keptSessions.set(this.sid, this);
    if (recoveredAs) putRecovered(socket, recoveredAs.properties);
    if (!stored) return;
    Object.assign(socket, { recovered: stored.recovered });
    restoreHandshake(socket, stored);
    this.#saves.replayBegins(socket);
  }

  takeNew(): StoredSession {
    const socket = this.#socket;
    if (!socket) throw new Error(`The socket ${this.sid} is stored before it is connected.`);
    this.#standing = "stored";
    this.#handlersRan();
    return {
      sid: this.sid,
      pid: (socket as unknown as { pid?: string }).pid,
      recovered: socket.recovered,
      since: this.recoveredAs?.since,
      parent: parentOf(socket.nsp),
      ...handshakeToStore(socket),
      rooms: this.rooms,
      ...this.#saves.takeAll(socket),
    };
  }

  notTaken(): void {
    this.#standing = "new";
  }

  takeValueChanges(): ValueChanges | undefined {
    this.#handlersRan();
    return this.#socket && this.#saves.takeChanges(this.#socket);
  }

  notSaved(changes: ValueChanges): void {
    this.#saves.notSaved(changes);
  }

  #handlersRan(): void {
    if (!this.#socket || this.#phase === "entering" || this.#phase === "live") return;
    noteRemade(this.#socket);
    noteRemade(Object(this.#socket.data));
  }

  removedAhead(): void {
    this.#standing = "stray";
  }

  hasEnded(isOurs: boolean): void {
    this.#standing = isOurs ? "removed" : "gone";
  }

  whenRemoved(handlers: () => void): void {
    this.#end.whenRemoved(handlers);
  }

  persist(pid: string, keptMs: number): void {
    this.#end.persist(pid, keptMs);
  }

  close(): void {
    this.#end.close();
  }
}
