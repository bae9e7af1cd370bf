/** `Connection`, whole: what the others see one by one comes together here. */
import type { Socket } from "socket.io";
import { unwatched } from "../async/unwatched.js";
import type { Backend } from "../backend.js";
import type { PostOptions } from "../delivery/delivery.js";
import type { Stage } from "../log/log.js";
import type { EncodedPart } from "../protocol/encoded-part.js";
import { type OutgoingPacket, outgoingPackets } from "../protocol/outgoing.js";
import { PacketType } from "../protocol/packet-type.js";
import { protocolOf } from "../protocol/protocol.js";
import type { Recovered } from "../recovery/recovered.js";
import { Memberships } from "../rooms/memberships.js";
import type { Runtime } from "../runtime.js";
import { internalsOf } from "../socket-io/internals.js";
import type { StoredConnection } from "../store/store.js";
import { maySendLate, tellOfGreeting } from "../user-code/late-callbacks.js";
import type { ReplayLeftovers } from "../user-code/replay-leftovers.js";
import type { Started } from "../user-code/started.js";
import { ConnectionValues } from "../values/connection-values.js";
import { ValueSaves } from "../values/value-saves.js";
import { watchSession } from "../values/watched-session.js";
import { expectAnswer } from "./ack-waits.js";
import type { Circumstances, Connection, ConnectionPhase, ConnectOutcome } from "./connection.js";
import { closeByServer } from "./ending.js";
import { type ConnectionOwner, EngineConnection, type WriteOptions } from "./engine-connection.js";
import { labelOf } from "./event-label.js";
import { Outbox, type Step } from "./outbox.js";
import { postErrorHandler } from "./reap.js";
import { runEngineAgain } from "./request-middlewares.js";
import { currentScope, type Scope } from "./scope.js";
import type { Session } from "./session.js";
import { ownConnection } from "./session-of.js";
import { type HandshakeRequest, toRequest } from "./socket-request.js";

interface Connecting {
  readonly end: (outcome: ConnectOutcome) => void;
  /** Of the code that gave socket.io the CONNECT packet. */
  readonly scope: Scope | undefined;
}

export class HeldConnection implements Connection {
  readonly backend: Backend;
  readonly outbox: Outbox;
  readonly memberships: Memberships;
  readonly sessions = new Map<string, Session>();
  readonly recovered = new Map<string, Recovered>();
  readonly ended = new Set<string>();
  readonly replays: Started[] = [];
  heldAt = Date.now();
  values!: ConnectionValues; // by `#open`
  readonly saves: ValueSaves;

  #phase: ConnectionPhase = "open";
  #isReleased = false;
  #missesRows = false;
  #event: Scope | undefined;
  #circumstances: Circumstances = {};
  #engineConnection: EngineConnection;
  /** The packet that socket.io has last been given. */
  #received: readonly EncodedPart[] = [];
  readonly #encode: (part: EncodedPart) => readonly string[];
  readonly #gather: (part: EncodedPart) => OutgoingPacket | undefined;
  #tellOfUnsaved = () => {};
  #wholeRequest: { readonly made: Promise<void> | undefined } | undefined;
  readonly #connecting = new Map<string, Connecting>();

  constructor(
    readonly runtime: Runtime,
    public stored: StoredConnection,
    private readonly leftovers: ReplayLeftovers,
  ) {
    this.backend = runtime.backend;
    this.outbox = new Outbox(this.backend.delivery, postErrorHandler(this.backend));
    this.memberships = new Memberships(this.outbox);
    this.saves = new ValueSaves(this);
    this.#encode = protocolOf(stored.protocol).encoder(runtime.codec);
    this.#gather = outgoingPackets(runtime.codec);
    this.#engineConnection = this.#open();
  }

  /** An event takes it. */
  held(stored: StoredConnection, circumstances: Circumstances): this {
    this.stored = stored;
    this.heldAt = Date.now();
    this.#circumstances = circumstances;
    return this;
  }

  get id(): string {
    return this.stored.connectionId;
  }

  get phase(): ConnectionPhase {
    return this.#phase;
  }

  get isRemoved(): boolean {
    return this.#phase === "removed";
  }

  get isReleased(): boolean {
    return this.#isReleased;
  }

  get missesRows(): boolean {
    return this.#missesRows;
  }

  get event(): Scope | undefined {
    return this.#event;
  }

  get isInTurn(): boolean {
    return this.#circumstances.isInTurn ?? false;
  }

  get request(): HandshakeRequest {
    return this.#engineConnection.request;
  }

  get eventLabel(): string {
    return labelOf(this.runtime.codec, this.#received);
  }

  beginsClosing(): boolean {
    if (this.#phase !== "open") return false;
    this.#phase = "closing";
    return true;
  }

  removed(stored = this.stored): void {
    this.#phase = "removed";
    this.stored = stored; // other events may have let sockets in, or ended them, since this one began
  }

  rowWasMissing(): void {
    this.#missesRows = true;
  }

  reload(stored: StoredConnection): void {
    this.stored = stored;
    this.saves.reload();
  }

  eventBegins(event: Scope): void {
    this.#event = event;
  }

  handlersEnded(): void {
    for (const session of this.sessions.values()) session.connectingEnds();
  }

  eventEnded(): void {
    this.saves.eventEnded();
    const isKept = this.runtime.kept?.get(this.id) === this;
    for (const session of this.sessions.values()) session.eventEnded();
    this.leftovers.eventEnded(this.replays.splice(0));
    if (isKept) return;
    this.#tellOfUnsaved();
    this.#isReleased = true;
    this.outbox.onPlaced = () => this.runtime.trackLate("what a late callback sends", this.outbox.drain());
    const sockets = [...this.sessions.values()].flatMap(({ socket }) => socket ?? []);
    for (const socket of sockets) {
      if (socket.nsp.sockets.get(socket.id) === socket) internalsOf(socket.nsp)._remove(socket);
    }
    // A connection that no socket came to holds a timer of socket.io's, which "close" ends.
    if (sockets.length === 0) this.#engineConnection.emit("close", "transport close");
  }

  track(label: string, promise: Promise<unknown>): void {
    const scope = currentScope();
    const own = scope?.connection === this ? scope : this.#event?.live;
    if (own) own.work.track(label, promise);
    else this.runtime.trackLate(label, promise);
  }

  place(stage: Stage, step: Step, options?: { readonly isBarrier: boolean }): Promise<void> {
    return this.outbox.place(stage, () => this.saves.save()?.then(step) ?? step(), options);
  }

  saveValues(): void {
    this.outbox.place("store", () => this.saves.save({ again: true }));
  }

  send(frames: readonly string[], options: PostOptions = {}): void {
    const { opening } = this.#circumstances;
    const post = () => {
      this.outbox.posts.post(this.stored, frames, { ...options, opening, asOf: this.heldAt });
      return undefined;
    };
    // Whether this client joins a room before or after it hears something makes no difference to anybody.
    this.place("delivery", post, { isBarrier: false });
  }

  receive(parts: readonly EncodedPart[]): void {
    this.#received = parts;
    for (const part of parts) this.#engineConnection.receive(part);
  }

  watchRequest(): void {
    this.#tellOfUnsaved = watchSession(this.request as object);
  }

  requestIsWhole(): Promise<void> | undefined {
    this.#wholeRequest ??= { made: runEngineAgain(this) };
    return this.#wholeRequest.made;
  }

  connect(namespace: string, parts: readonly EncodedPart[]): Promise<ConnectOutcome> {
    const scope = currentScope();
    const outcome = new Promise<ConnectOutcome>((end) => this.#connecting.set(namespace, { end, scope }));
    this.receive(parts);
    return outcome;
  }

  scopeOfConnect(namespace: string): Scope | undefined {
    return this.#connecting.get(namespace)?.scope ?? this.#event;
  }

  onConnected(socket: Socket): void {
    this.#connecting.get(socket.nsp.name)?.end("connected");
  }

  leaveWaiting(namespace: string): void {
    this.#connecting.get(namespace)?.end("refused");
  }

  closed(reason: string, description?: unknown): void {
    this.#engineConnection.closed(reason, description);
  }

  async closedForAll(
    reason: string,
    description: unknown,
    rehydrateRest: () => Promise<void>,
  ): Promise<void> {
    // A packet that could not be parsed may have closed the connection: sockets that were not there are told
    // of it too.
    const error = this.runtime.codec.problem(this.#received);
    this.closed(reason, description);
    // socket.io no longer listens on a connection that it closed, and rehydrates only on an open one.
    this.#engineConnection = this.#open();
    await rehydrateRest();
    if (error) this.#engineConnection.emit("error", error);
    this.closed(reason, description);
  }

  #open(): EngineConnection {
    const { handshake, protocol } = this.stored;
    const owner: ConnectionOwner = {
      onWrite: (part, options) => this.#onWrite(part, options),
      onClose: () => {
        for (const { end } of this.#connecting.values()) end("refused"); // nobody will let them in any more
        closeByServer(this, "forced close");
      },
    };
    const revision = protocol === "engine.io-3" ? 3 : 4;
    const opened = new EngineConnection(this.id, toRequest(this.id, handshake), owner, revision);
    ownConnection(opened, this);
    this.#wholeRequest = undefined;
    const before = this.values?.snapshot() ?? this.saves.shared;
    this.values = new ConnectionValues(opened, this.stored.handshake);
    if (before.size > 0) this.values.restore(before);
    const { engine } = this.runtime;
    unwatched(() => engine.accept(opened));
    // What the app's own `io.engine.on("connection")` puts there has been stored with the first session.
    const isHeardByApp = engine.listenerCount("connection") > 2; // the server is one, and `bind-server.ts`
    if (isHeardByApp && this.stored.sessions.size > 0) this.values.restore(before);
    return opened;
  }

  #onWrite(part: EncodedPart, { volatile = false, timeout }: WriteOptions): void {
    const packet = this.#gather(part);
    if (!packet) return;
    const { header, parts } = packet;
    if (header?.type === PacketType.CONNECT_ERROR) this.leaveWaiting(header.namespace);
    const session = header && this.sessions.get(header.namespace);
    if (session?.isReplaying) return;
    const isEvent = header?.type === PacketType.EVENT || header?.type === PacketType.BINARY_EVENT;
    if (this.#isReleased) {
      if (!maySendLate(this)) return;
    } else if (isEvent) {
      tellOfGreeting(() => this.runtime.codec.eventName(parts[0] ?? ""), this, session);
    }
    const frames = parts.flatMap((each) => this.#encode(each));
    if (frames.length > 0) this.send(frames, { volatile });
    if (isEvent && session && header.id !== undefined) expectAnswer(session, header.id, timeout);
  }
}
