/** The app's server, bound to our engine and adapter. One for each `io`. */
import type { Namespace, Server } from "socket.io";
import type { Adapter } from "socket.io-adapter";
import { awsBackend, type Backend } from "./backend.js";
import { type Limits, resolveLimits } from "./client-limits.js";
import type { Circumstances } from "./connection/connection.js";
import { beforeDeadline } from "./connection/deadline.js";
import { Engine } from "./connection/engine.js";
import type { EngineConnection } from "./connection/engine-connection.js";
import { type HeartbeatSettings, heartbeatSettings, slotOf } from "./connection/heartbeat-slots.js";
import { HeldConnection } from "./connection/held-connection.js";
import { Outbox } from "./connection/outbox.js";
import { postErrorHandler } from "./connection/reap.js";
import { currentScope, isReplaying, type Scope } from "./connection/scope.js";
import type { Session } from "./connection/session.js";
import { ENV } from "./contract.js";
import { AppError, DeadlineError } from "./errors.js";
import { guardedRoutes } from "./events/route-guards.js";
import { reportError } from "./log/log.js";
import { PacketCodec } from "./protocol/packet-codec.js";
import type { LongPolling, Runtime } from "./runtime.js";
import { dynamoAdapter } from "./socket-io/adapter.js";
import { ChildNotes, reachAllChildren } from "./socket-io/dynamic-namespaces.js";
import { internalsOf, type ServerOptions } from "./socket-io/internals.js";
import { patch } from "./socket-io/patches.js";
import { quietOperators } from "./socket-io/quiet-operators.js";
import { ignoreLaterAdapters, refuseUnsupported } from "./socket-io/unsupported.js";
import type { StoredConnection } from "./store/store.js";
import { hostTasks } from "./tasks/registry.js";
import { currentTask } from "./tasks/task-run.js";
import { Tasks } from "./tasks/tasks.js";
import { isInFastLoadTimer } from "./user-code/load-timers.js";
import { PendingWork } from "./user-code/pending-work.js";
import { ReplayLeftovers } from "./user-code/replay-leftovers.js";
import { awaitTimersMs, type TimerOptions } from "./user-code/timer-options.js";
import { watchTimers } from "./user-code/timers.js";

export interface RuntimeOptions {
  /** What serves clients that begin with HTTP long-polling. Default: they are refused. */
  readonly longPolling?: LongPolling | undefined;
  /**
   * Where connections and rooms are kept and frames go. Default: DynamoDB and API Gateway, by the construct's
   * variables.
   */
  readonly backend?: () => Backend;
  /**
   * Keeps sockets between events, as a server does, for the test kit: what works then and not without it
   * relies on memory. Never on Lambda, where the next event of the client runs anywhere. Default false.
   */
  readonly keepSockets?: boolean;
  /**
   * Whether messages and `$disconnect` come through a queue. Default: what the construct says, or
   * "concurrent".
   */
  readonly order?: "concurrent" | "ordered";
  /**
   * How much one client can make its connection's item grow. Default: what the construct says, or
   * `DEFAULT_LIMITS`.
   */
  readonly limits?: Partial<Limits> | undefined;
  /**
   * How many events of one client may wait for long at once, from 1: see `event-waits.ts`. Default: what the
   * variable `SOCKET_IO_MAX_WAITING_EVENTS` of the function says, or 10.
   */
  readonly maxWaitingEvents?: number;
  /** Which timers an event waits for. */
  readonly timers?: TimerOptions | undefined;
  /**
   * How often the heartbeat is called, in milliseconds. Default: what the construct says of its schedule, a
   * minute.
   */
  readonly tickMs?: number;
}

export class BoundServer implements Runtime {
  readonly codec: PacketCodec;
  readonly engine: Engine;
  readonly kept: Map<string, HeldConnection> | undefined;
  readonly keptSessions = new Map<string, Session>();
  readonly recoveryMs: number | undefined;
  readonly heartbeat: HeartbeatSettings;
  readonly order: NonNullable<RuntimeOptions["order"]>;
  readonly events = new Set<Scope>();
  /** What the requests to the app's own HTTP wait for. */
  readonly #requests = new Set<PendingWork>();
  /** By route key. */
  readonly guardedRoutes = guardedRoutes();
  readonly #leftovers = new ReplayLeftovers();
  readonly onlySend = new WeakSet<Namespace>();
  readonly limits: Limits;
  readonly longPolling: LongPolling | undefined;
  readonly maxWaitingEvents: number;
  readonly awaitTimersMs: number;
  readonly tasks: Tasks = new Tasks(this);
  readonly childNotes = new ChildNotes(() => this.backend.namespaces);
  readonly #createBackend: () => Backend;
  #backend: Backend | undefined;
  #detachedOutbox: Outbox | undefined;

  /** @throws AppError when the server has handlers already. */
  constructor(
    readonly io: Server,
    {
      longPolling,
      backend = longPolling?.backend ?? awsBackend,
      keepSockets = process.env[ENV.keepSockets] === "true",
      order = constructsOrder(),
      maxWaitingEvents = Number(process.env[ENV.maxWaitingEvents]) || MAX_WAITING_EVENTS,
      tickMs,
      limits,
      timers,
    }: RuntimeOptions = {},
  ) {
    if (bound.has(io))
      throw new AppError("createHandlers(io) was called twice with the same server. Call it once.");
    bound.add(io);
    this.#createBackend = backend;
    this.longPolling = longPolling;
    if (keepSockets) this.kept = new Map();
    this.order = order;
    this.limits = resolveLimits({ ...constructsLimits(), ...limits });
    this.maxWaitingEvents = maxWaitingEvents;
    this.awaitTimersMs = awaitTimersMs(timers, order);
    watchTimers();
    hostTasks({
      isInEvent: () => currentScope() !== undefined,
      schedule: (...run) => (currentRuntime() ?? this).tasks.schedule(...run),
    });
    this.codec = new PacketCodec(io);
    this.engine = Engine.adopting(io.engine);
    refuseUnsupported(io, this.engine);
    const server = internalsOf(io);
    this.heartbeat = heartbeatSettings(server.opts, tickMs);
    // socket.io has filled in its default of two minutes.
    this.recoveryMs = server.opts.connectionStateRecovery?.maxDisconnectionDuration;
    server.opts = recoverReplays(server.opts);
    setAdapter(io, dynamoAdapter(this));
    ignoreLaterAdapters(io);
    reachAllChildren(this);
    closeAll(io);
    quietOperators(io);
    // The types ask for engine.io's own class; what `bind` uses of it is an emitter of "connection". An
    // engine that is adopted has the server's listener.
    if (io.engine) Object.assign(io, { engine: this.engine });
    else io.bind(this.engine as unknown as Parameters<Server["bind"]>[0]);
    this.engine.on("connection", (connection: EngineConnection) => connection.accepted());
  }

  /** Made at the first event, so that an app can be imported, and a bundle checked, without its tables. */
  get backend(): Backend {
    this.#backend ??= this.#createBackend();
    return this.#backend;
  }

  /**
   * For what is emitted outside of any event. The events under way wait for it; where there is none, nobody
   * does, and on Lambda it may be lost.
   */
  get detachedOutbox(): Outbox {
    this.#detachedOutbox ??= this.#openDetachedOutbox();
    return this.#detachedOutbox;
  }

  #openDetachedOutbox(): Outbox {
    const outbox = new Outbox(this.backend.delivery, postErrorHandler(this.backend));
    outbox.onPlaced = () => {
      if (!isInFastLoadTimer()) this.trackLate("what code outside of any event sends", outbox.drain());
    };
    return outbox;
  }

  /**
   * In whose name code runs that does not come from a socket, such as `io.emit()`: the event that its async
   * context names. A callback of a queue or a driver has somebody else's context, of an event that is over:
   * then the only one under way.
   */
  get scope(): Scope | undefined {
    const scope = currentScope();
    if (scope?.connection.runtime === this) return scope;
    if (currentTask() || isInFastLoadTimer()) return undefined;
    return this.events.size === 1 ? [...this.events][0] : undefined;
  }

  trackLate(label: string, promise: Promise<unknown>): void {
    for (const { work } of this.events) work.track(label, promise);
    for (const work of this.#requests) work.track(label, promise);
  }

  get isServing(): boolean {
    return this.#requests.size > 0;
  }

  async whileServing<T>(serve: () => Promise<T>, leftMs: () => number): Promise<T> {
    const work = new PendingWork();
    this.#requests.add(work);
    try {
      const answer = await serve();
      await beforeDeadline(work.settled(), leftMs(), async () => {
        reportError("deadline", new DeadlineError(work.running, "a request to the app"));
      });
      return answer;
    } finally {
      this.#requests.delete(work);
    }
  }

  hold(stored: StoredConnection, circumstances: Circumstances = {}): HeldConnection {
    const { connectionId } = stored;
    const connection = this.kept?.get(connectionId) ?? new HeldConnection(this, stored, this.#leftovers);
    this.kept?.set(connectionId, connection);
    return connection.held(stored, circumstances);
  }

  async forget(connectionId: string): Promise<void> {
    const { connections, heartbeats } = this.backend;
    await connections.forget(connectionId);
    await heartbeats.leave(slotOf(connectionId, this.heartbeat), connectionId);
  }

  async isStored(connectionId: string): Promise<boolean> {
    return (await this.backend.connections.load(connectionId)) !== undefined;
  }

  get connectTimeoutMs(): number {
    return internalsOf(this.io)._connectTimeout;
  }

  get options(): ServerOptions {
    return internalsOf(this.io).opts;
  }
}

/**
 * Enough for a person who answers slowly to several questions at once; 100 hostile clients still hold an
 * account's 1,000 environments.
 */
const MAX_WAITING_EVENTS = 10;

const bound = new WeakSet<Server>();

/** Of the event or the task whose code this is: a test may serve several apps. */
function currentRuntime(): Runtime | undefined {
  return currentScope()?.connection.runtime ?? currentTask()?.runtime;
}

function constructsOrder(): "concurrent" | "ordered" {
  return process.env[ENV.order] === "ordered" ? "ordered" : "concurrent";
}

function constructsLimits(): Partial<Limits> {
  return JSON.parse(process.env[ENV.limits] ?? "{}");
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
    standIn(former, namespace.adapter);
  }
}

/**
 * Operators that the app made while it loaded (`const readers = io.to("readers")`) hold the former adapter.
 */
function standIn(former: Adapter, adapter: Adapter): void {
  for (const key of Object.keys(former)) {
    if (!READ_BY_TIMER.has(key)) delete (former as unknown as Record<string, unknown>)[key];
  }
  Object.setPrototypeOf(former, adapter);
}

/** With recovery on, the former adapter has a timer that looks through them every minute. */
const READ_BY_TIMER: ReadonlySet<string> = new Set(["sessions", "packets", "maxDisconnectionDuration"]);

/**
 * There is no process to stop: what is left of `io.close()` is to close all connections of all namespaces.
 */
function closeAll(io: Server): void {
  patch<"Server">(io, {
    async close(callback?: () => void) {
      for (const namespace of internalsOf(io)._nsps.values()) namespace.disconnectSockets(true);
      callback?.();
    },
  });
}

/**
 * Rehydration goes through connection state recovery, whether or not the app has it on for its clients. So
 * while a session is replayed, and only then, the option reads as on; at all other times it reads as the app
 * set it, for it also decides over the `pid` that clients get and over the packet log.
 */
function recoverReplays(options: ServerOptions): ServerOptions {
  const chosen = options.connectionStateRecovery;
  return Object.defineProperty({ ...options }, "connectionStateRecovery", {
    enumerable: true,
    get: () => (isReplaying() ? { skipMiddlewares: true } : chosen),
  });
}
