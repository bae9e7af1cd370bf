/** The app's server, bound to our engine and adapter. One for each `io`. */
import type { Server } from "socket.io";
import type { Adapter } from "socket.io-adapter";
import { dynamoAdapter } from "./adapter.js";
import { awsBackend, type Backend } from "./backend.js";
import { Connection } from "./connection.js";
import { ENV } from "./contract.js";
import { ChildNotes, reachAllChildren } from "./dynamic-namespaces.js";
import { Engine } from "./engine.js";
import { AppError } from "./errors.js";
import { type HeartbeatSettings, heartbeatSettings, slotOf } from "./heartbeat.js";
import { Outbox } from "./outbox.js";
import { PacketCodec } from "./protocol/packet-codec.js";
import { postErrorHandler } from "./reap.js";
import { isReplaying } from "./scope.js";
import type { Session } from "./session.js";
import { internalsOf, type ServerOptions } from "./socket-io-internals.js";
import type { StoredConnection } from "./store/store.js";
import { refuseUnsupported } from "./unsupported.js";

export interface RuntimeOptions {
  /** Where connections and rooms are kept and frames go. Default: DynamoDB and API Gateway, by the construct's variables. */
  readonly backend?: () => Backend;
  /**
   * Keeps sockets between events, as a server does, for the test kit: what works then and not without it relies on
   * memory. Never on Lambda, where the next event of the client runs anywhere. Default false.
   */
  readonly keepSockets?: boolean;
  /** Whether messages and `$disconnect` come through a queue. Default: what the construct says, or "concurrent". */
  readonly order?: "concurrent" | "ordered";
  /** How often the heartbeat is called, in milliseconds. Default: what the construct says of its schedule, a minute. */
  readonly tickMs?: number;
}

export class Runtime {
  readonly codec: PacketCodec;
  readonly engine = new Engine();
  /** By connection id, where sockets are kept between events. */
  readonly kept: Map<string, Connection> | undefined;
  /** By socket id; empty where none are kept. */
  readonly keptSessions = new Map<string, Session>();
  /** How long a lost session can be recovered, where the app has `connectionStateRecovery` on. */
  readonly recoveryMs: number | undefined;
  readonly heartbeat: HeartbeatSettings;
  readonly order: NonNullable<RuntimeOptions["order"]>;
  readonly childNotes = new ChildNotes(() => this.backend.namespaces);
  readonly #createBackend: () => Backend;
  #backend: Backend | undefined;
  #detachedOutbox: Outbox | undefined;

  /** @throws AppError when the server has handlers already. */
  constructor(
    readonly io: Server,
    { backend = awsBackend, keepSockets = false, order = constructsOrder(), tickMs }: RuntimeOptions = {},
  ) {
    if (bound.has(io))
      throw new AppError("createHandlers(io) was called twice with the same server. Call it once.");
    bound.add(io);
    this.#createBackend = backend;
    if (keepSockets) this.kept = new Map();
    this.order = order;
    this.codec = new PacketCodec(io);
    refuseUnsupported(io, this.engine);
    const server = internalsOf(io);
    this.heartbeat = heartbeatSettings(server.opts, tickMs);
    // socket.io has filled in its default of two minutes.
    this.recoveryMs = server.opts.connectionStateRecovery?.maxDisconnectionDuration;
    server.opts = recoverReplays(server.opts);
    setAdapter(io, dynamoAdapter(this));
    reachAllChildren(this);
    closeAll(io);
    // The types ask for engine.io's own class; what `bind` uses of it is an emitter of "connection".
    io.bind(this.engine as unknown as Parameters<Server["bind"]>[0]);
  }

  /** Made at the first event, so that an app can be imported, and a bundle checked, without its tables. */
  get backend(): Backend {
    this.#backend ??= this.#createBackend();
    return this.#backend;
  }

  /** For what is emitted outside of any event. Nobody waits for it, so on Lambda it may be lost. */
  get detachedOutbox(): Outbox {
    this.#detachedOutbox ??= new Outbox(this.backend.delivery, postErrorHandler(this.backend));
    return this.#detachedOutbox;
  }

  /** The connection of an event: a new one each time, unless sockets are kept. */
  hold(stored: StoredConnection): Connection {
    const kept = this.kept?.get(stored.connectionId);
    if (kept) {
      kept.stored = stored;
      return kept;
    }
    const connection = new Connection(this, stored);
    this.kept?.set(stored.connectionId, connection);
    return connection;
  }

  /** Takes a connection that has ended. However many ask, one gets it, and owes it its `disconnect` handlers. */
  async claim(connectionId: string): Promise<StoredConnection | undefined> {
    const claim = await this.backend.connections.claim(connectionId);
    return claim.kind === "ours" ? claim.stored : undefined;
  }

  /** The handlers of a claimed connection have been called. Until then the heartbeat finds it, should this one die. */
  async forget(connectionId: string): Promise<void> {
    const { connections, heartbeats } = this.backend;
    await connections.forget(connectionId);
    await heartbeats.leave(slotOf(connectionId, this.heartbeat), connectionId);
  }

  /** False once the client has left, as soon as anybody knows. */
  async isStored(connectionId: string): Promise<boolean> {
    return (await this.backend.connections.load(connectionId)) !== undefined;
  }

  get options(): ServerOptions {
    return internalsOf(this.io).opts;
  }
}

const bound = new WeakSet<Server>();

function constructsOrder(): "concurrent" | "ordered" {
  return process.env[ENV.order] === "ordered" ? "ordered" : "concurrent";
}

/** Apps listen to `create-room` and its kin on an adapter that the server had before it got ours. */
function setAdapter(io: Server, adapter: typeof Adapter): void {
  const before = new Map(
    [...internalsOf(io)._nsps.values()].map((namespace) => [namespace, namespace.adapter]),
  );
  io.adapter(adapter);
  for (const [namespace, former] of before) {
    for (const event of former.eventNames()) {
      for (const listener of former.listeners(event)) namespace.adapter.on(event, listener as () => void);
    }
  }
}

/** There is no process to stop: what is left of `io.close()` is to close all connections of all namespaces. */
function closeAll(io: Server): void {
  io.close = async (callback) => {
    for (const namespace of internalsOf(io)._nsps.values()) namespace.disconnectSockets(true);
    callback?.();
  };
}

/**
 * Rehydration goes through connection state recovery, whether or not the app has it on for its clients. So while a
 * session is replayed, and only then, the option reads as on; at all other times it reads as the app set it, for it also
 * decides over the `pid` that clients get and over the packet log.
 */
function recoverReplays(options: ServerOptions): ServerOptions {
  const chosen = options.connectionStateRecovery;
  return Object.defineProperty({ ...options }, "connectionStateRecovery", {
    enumerable: true,
    get: () => (isReplaying() ? { skipMiddlewares: true } : chosen),
  });
}
