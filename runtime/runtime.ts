/**
 * What the parts of the runtime know of the server that they work for: `bind-server.ts` makes it, one for
 * each `io`.
 */
import type { Namespace, Server } from "socket.io";
import type { Backend } from "./backend.js";
import type { Limits } from "./client-limits.js";
import type { Circumstances, Connection } from "./connection/connection.js";
import type { Engine } from "./connection/engine.js";
import type { HeartbeatSettings } from "./connection/heartbeat-slots.js";
import type { Outbox } from "./connection/outbox.js";
import type { Scope } from "./connection/scope.js";
import type { Session } from "./connection/session.js";
import type { HttpEvent, HttpResult } from "./polling/http-event.js";
import type { PacketCodec } from "./protocol/packet-codec.js";
import type { Refusal } from "./protocol/refusal.js";
import type { ServerOptions } from "./socket-io/internals.js";
import type { LoggedPacket, LostSession } from "./store/recovery-store.js";
import type { StoredConnection } from "./store/store.js";
import type { StoredValue } from "./store/value.js";

/** A WebSocket that wants to take over a session by long-polling. */
export interface Probe {
  /** Of that session. */
  readonly sid: string;
  readonly connectionId: string;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
}

/**
 * What clients need that begin with HTTP long-polling, which takes a front door. Where there is none, none of
 * it is in the bundle; `long-polling.ts` is all of it.
 */
export interface LongPolling {
  /** @throws EnvironmentError when the construct's variables are missing. */
  backend(): Backend;
  /** Answers a request to Socket.IO's path. `later` takes work for after the answer. */
  request(
    runtime: Runtime,
    event: HttpEvent,
    leftMs: () => number,
    later?: (what: string, work: () => Promise<void>) => void,
  ): Promise<HttpResult>;
  /** A client has not upgraded in time. Safe to repeat. */
  stay(runtime: Runtime, sid: string, leftMs: () => number): Promise<void>;
  /** Lets a WebSocket in that wants to take over; resolves with the refusal where it may not. */
  probe(runtime: Runtime, probe: Probe): Promise<Refusal | undefined>;
  /** A frame of such a WebSocket. True where nothing is left to do with it. */
  takeOver(runtime: Runtime, stored: StoredConnection, frame: string, withinMs: number): Promise<boolean>;
  /** API Gateway has cut a client off for what it sent. */
  cut(runtime: Runtime, connectionId: string): Promise<void>;
  /**
   * What a lost session's client has not taken from its queue and the recovery does not have (`has`), now the
   * caller's to deliver. `from`: the offset that the client comes back with.
   */
  unread(
    runtime: Runtime,
    namespace: string,
    lost: LostSession,
    from: string,
    has: (offset: string) => boolean,
  ): Promise<readonly LoggedPacket[]>;
}

export interface Runtime {
  readonly io: Server;
  readonly options: ServerOptions;
  readonly backend: Backend;
  readonly codec: PacketCodec;
  readonly engine: Engine;
  readonly longPolling: LongPolling | undefined;

  /** Whether messages and `$disconnect` come through a queue. */
  readonly order: "concurrent" | "ordered";
  readonly limits: Limits;
  readonly heartbeat: HeartbeatSettings;
  readonly maxWaitingEvents: number;
  /** How long an event waits for timers that its handlers set, in milliseconds. */
  readonly awaitTimersMs: number;
  /** How long a lost session can be recovered, where the app has `connectionStateRecovery` on. */
  readonly recoveryMs: number | undefined;
  /** How long a client may stay without a namespace. */
  readonly connectTimeoutMs: number;

  /** By connection id, where sockets are kept between events. */
  readonly kept: Map<string, Connection> | undefined;
  /** By socket id; empty where none are kept. */
  readonly keptSessions: Map<string, Session>;
  /** The events under way: one on Lambda, or one a group of a queue's batch; any number in the test kit. */
  readonly events: Set<Scope>;
  /** Namespaces whose `connection` handlers have registered no listener at a real CONNECT. */
  readonly onlySend: WeakSet<Namespace>;
  readonly childNotes: { note(parent: number, name: string): Promise<void> };

  /** What the app has registered with `every` and `after`. */
  readonly tasks: {
    schedule(name: string, delayMs: number, args: StoredValue): Promise<void>;
    tick(leftMs: () => number, at?: number): Promise<void>;
  };

  /** In whose name code runs that does not come from a socket, such as `io.emit()`. */
  readonly scope: Scope | undefined;
  /** For what is emitted outside of any event. */
  readonly detachedOutbox: Outbox;

  /** The connection of an event: a new one each time, unless sockets are kept. */
  hold(stored: StoredConnection, circumstances?: Circumstances): Connection;
  /** Whether a request to the app's own HTTP is under way. */
  readonly isServing: boolean;
  /** Serves a request to the app's own HTTP, and waits for what its code sends until the time is up. */
  whileServing<T>(serve: () => Promise<T>, leftMs: () => number): Promise<T>;
  /** Work that no event is known to have started: all that are under way wait for it. */
  trackLate(label: string, promise: Promise<unknown>): void;
  /**
   * The handlers of a claimed connection have been called. Until then the heartbeat finds it if this
   * environment dies.
   */
  forget(connectionId: string): Promise<void>;
  /** False once the client has left, as soon as anybody knows. */
  isStored(connectionId: string): Promise<boolean>;
}
