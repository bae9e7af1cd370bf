/**
 * One client's connection, as an environment holds it while it works on an event: what was stored of it, the sockets
 * that this event needs, and all that is sent and saved in its name.
 */
import type { Socket } from "socket.io";
import { AckWaits } from "./ack-waits.js";
import type { Backend } from "./backend.js";
import type { PostOptions } from "./delivery/delivery.js";
import { EngineConnection, type WriteOptions } from "./engine-connection.js";
import { toRequest } from "./handshake-request.js";
import type { Stage } from "./log.js";
import { Memberships } from "./membership.js";
import { Outbox, type Step } from "./outbox.js";
import { PacketType } from "./protocol/packet-type.js";
import { protocolOf } from "./protocol/protocol.js";
import { postErrorHandler } from "./reap.js";
import type { Recovered } from "./recovery.js";
import { rehydrate } from "./rehydrate.js";
import type { Runtime } from "./runtime.js";
import { currentScope } from "./scope.js";
import type { Session } from "./session.js";
import { type EncodedPart, internalsOf } from "./socket-io-internals.js";
import type { StoredConnection } from "./store/store.js";
import { leaveStrays } from "./stray-rows.js";

export type ConnectOutcome = "connected" | "refused";

export class Connection {
  readonly backend: Backend;
  readonly outbox: Outbox;
  readonly memberships: Memberships;
  readonly ackWaits = new AckWaits(this);
  /** Rehydrated or newly connected here, by namespace. */
  readonly sessions = new Map<string, Session>();
  /** What clients have recovered in this event, by namespace. */
  readonly recovered = new Map<string, Recovered>();
  /** It has ended, and it was us who claimed it: the `disconnect` handlers are ours to run, and there is nothing left to save. */
  isRemoved = false;
  /** Rows of its rooms were not there when they were removed: they may still come. */
  missesRows = false;
  /** `$connect` may not have returned yet, so a 410 may mean "not open yet". */
  opening: PostOptions["opening"];
  /** In ordered mode: the client's next messages, its answers apart, wait until this event is over. */
  isInTurn = false;
  /** The event is over and nothing will be kept. */
  isReleased = false;

  /** Ids of sockets that were disconnected here. */
  readonly ended = new Set<string>();

  #engineConnection: EngineConnection;
  #isClosing = false;
  /** The packet that socket.io has last been given. */
  #received: readonly EncodedPart[] = [];
  readonly #encode: (part: EncodedPart) => readonly string[];
  readonly #connecting = new Map<string, (outcome: ConnectOutcome) => void>();

  constructor(
    readonly runtime: Runtime,
    public stored: StoredConnection,
  ) {
    this.backend = runtime.backend;
    this.outbox = new Outbox(this.backend.delivery, postErrorHandler(this.backend));
    this.memberships = new Memberships(this.outbox);
    this.#encode = protocolOf(stored.protocol).encoder(runtime.codec);
    this.#engineConnection = this.#open();
  }

  get id(): string {
    return this.stored.connectionId;
  }

  /** Like the outbox's, but first saves what handlers changed of `socket.data`, so that nobody hears of it too early. */
  place(stage: Stage, step: Step, options?: { readonly isBarrier: boolean }): Promise<void> {
    return this.outbox.place(stage, () => this.#saveValues()?.then(step) ?? step(), options);
  }

  /** Saves what handlers changed of `socket.data` and of the sockets' own properties, where they did. */
  saveValues(): void {
    this.place("store", () => undefined);
  }

  /** Sends frames to this client, behind everything that was sent before. */
  send(frames: readonly string[], options: PostOptions = {}): void {
    const post = () => {
      this.outbox.posts.post(this.stored, frames, { ...options, opening: this.opening });
      return undefined;
    };
    // Whether this client joins a room before or after it hears something makes no difference to anybody.
    this.place("delivery", post, { isBarrier: false });
  }

  /** Hands a packet of the client to socket.io. One that it cannot parse makes it close the connection. */
  receive(parts: readonly EncodedPart[]): void {
    this.#received = parts;
    for (const part of parts) this.#engineConnection.receive(part);
  }

  /** Hands a CONNECT packet to socket.io, and resolves when the namespace has let the socket in or refused it. */
  connect(namespace: string, parts: readonly EncodedPart[]): Promise<ConnectOutcome> {
    const outcome = new Promise<ConnectOutcome>((resolve) => this.#connecting.set(namespace, resolve));
    this.receive(parts);
    return outcome;
  }

  /** socket.io has let a socket in, and its `connection` handlers have been called. */
  onConnected(socket: Socket): void {
    this.#connecting.get(socket.nsp.name)?.("connected");
  }

  /** Closes the connection, and runs the `disconnect` handlers if nobody else has done so. */
  closeByServer(reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    const closed = this.place("store", async () => {
      // In this order: the close causes a `$disconnect`, which would take the item, and the reason, for its own.
      this.isRemoved = (await this.runtime.claim(this.id)) !== undefined;
      this.outbox.posts.close(this.stored);
    }).then(async () => {
      if (this.isRemoved) await this.disconnected(reason);
    });
    currentScope()?.work.track("closing the connection", closed);
  }

  /** `socket.disconnect(true)`: every socket of the connection is disconnected, then the connection is closed. */
  disconnectAll(): void {
    const all = async () => {
      for (const [namespace, stored] of this.stored.sessions) {
        if (!this.sessions.has(namespace) && !this.ended.has(stored.sid))
          await rehydrate(this, namespace, stored);
      }
      for (const { socket } of [...this.sessions.values()]) socket?.disconnect();
      this.closeByServer("forced server close");
    };
    currentScope()?.work.track("disconnecting all", all());
  }

  /**
   * The client left while it was being let in: whoever removed the connection knew nothing of these sockets yet. The app has
   * seen them connect, so it sees them disconnect too.
   */
  wasLost(): void {
    if (this.isRemoved) return;
    this.isRemoved = true;
    this.#engineConnection.closed("transport close");
  }

  /** Tells every socket of the connection, also those that this event had no need of so far. */
  async disconnected(reason: string, description?: unknown): Promise<void> {
    const held = new Set(this.sessions.keys());
    // A packet that could not be parsed may have closed the connection: sockets that were not there are told of it too.
    const error = this.runtime.codec.problem(this.#received);
    this.#engineConnection.closed(reason, description);
    // socket.io listens no more on a connection that it closed, and rehydrates on an open one only.
    this.#engineConnection = this.#open();
    for (const [namespace, stored] of this.stored.sessions) {
      if (!held.has(namespace) && !this.ended.has(stored.sid)) await rehydrate(this, namespace, stored);
    }
    if (error) this.#engineConnection.emit("error", error);
    this.#engineConnection.closed(reason, description);
    this.place("store", () => this.#forget()); // behind the steps that leave its rooms
    this.runtime.kept?.delete(this.id);
  }

  /** Forgets the sockets without disconnecting them: the next event finds them in the table. */
  eventEnded(): void {
    if (this.runtime.kept?.get(this.id) === this) return;
    this.isReleased = true;
    this.#engineConnection.release();
    const sockets = [...this.sessions.values()].flatMap(({ socket }) => socket ?? []);
    for (const socket of sockets) {
      if (socket.nsp.sockets.get(socket.id) === socket) internalsOf(socket.nsp)._remove(socket);
    }
    // A connection that no socket came to holds a timer of socket.io's, which "close" ends.
    if (sockets.length === 0) this.#engineConnection.emit("close", "transport close");
  }

  async #forget(): Promise<void> {
    // Sockets of a namespace that this version of the app has no more have not been told.
    const untold = [...this.stored.sessions]
      .filter(([, { sid }]) => !this.ended.has(sid))
      .map(([namespace, session]) => ({ namespace, ...session }));
    const strays = [...this.stored.strays, ...untold];
    if (!(await leaveStrays(this.runtime, this.stored, strays))) this.missesRows = true;
    if (this.missesRows) await this.backend.connections.forgetLater(this.id);
    else await this.runtime.forget(this.id);
  }

  #open(): EngineConnection {
    const opened = new EngineConnection(this.id, toRequest(this.id, this.stored.handshake), {
      onWrite: (part, options) => this.#onWrite(part, options),
      onClose: () => {
        for (const refuse of this.#connecting.values()) refuse("refused"); // nobody will let them in any more
        this.closeByServer("forced close");
      },
    });
    this.runtime.engine.accept(opened);
    return opened;
  }

  #onWrite(part: EncodedPart, { volatile = false, timeout }: WriteOptions): void {
    const header = this.runtime.codec.header(part);
    if (header?.type === PacketType.CONNECT_ERROR) this.#connecting.get(header.namespace)?.("refused");
    const expectsAck =
      header?.id !== undefined &&
      (header.type === PacketType.EVENT || header.type === PacketType.BINARY_EVENT);
    const scope = currentScope();
    if (scope?.phase === "replaying") {
      // Nobody will answer what is not sent: whoever waits for this ack waits for ever.
      if (expectsAck) scope.work.abandon();
      return;
    }
    const frames = this.#encode(part);
    if (frames.length > 0) this.send(frames, { volatile });
    const session = header && this.sessions.get(header.namespace);
    if (expectsAck && session && header.id !== undefined) {
      this.ackWaits.expectOwn(session, header.id, timeout);
    }
  }

  #saveValues(): Promise<void> | undefined {
    if (this.isRemoved) return undefined;
    const saves = [...this.sessions.values()].flatMap((session) => {
      const values = session.isStored ? session.takeValueChanges() : undefined;
      if (!values) return [];
      const { namespace, sid } = session;
      return this.backend.connections.save(this.id, { namespace, sid, ...values });
    });
    return saves.length > 0 ? Promise.all(saves).then(() => {}) : undefined;
  }
}
