/**
 * All that we change of socket.io, each with its reason, and the one function that changes it. The rest goes
 * by its public API, an adapter, and an engine of our own. `test/runtime/patches.test.ts` compares an app's
 * objects with those of a stock server, method by method, and fails when a method that stands here has
 * changed upstream.
 *
 * The table is for people and for that test: it is in no bundle. `at` is a line of `socket.io/dist`, version
 * 4.8.4.
 */
export const PATCHES = {
  /**
   * One object between all sockets and `Socket.prototype`, which itself is not touched (`lambda-socket.ts`).
   * Of a socket's own properties one is set: `adapter`, a view that acts in its name.
   */
  Socket: {
    onevent: {
      at: "socket.js:448",
      why: "calls catch-alls, middlewares and listeners, and waits for their promises, which upstream drops; asks the table which event may call a `once` listener. Stands for upstream's `dispatch` and `run` too.",
    },
    emitReserved: {
      at: "typed-events.js:55",
      why: "calls `error`, `disconnecting` and `disconnect` listeners in the same way; the latter two once the table says that this event has ended the session.",
    },
    notifyOutgoingListeners: {
      at: "socket.js:959",
      why: "waits for the promises of `onAnyOutgoing` listeners.",
    },
    registerAckCallback: {
      at: "socket.js:233",
      why: "a replay sends nothing, so it gets no ack and starts no timer; ordered mode refuses an ack that cannot come in time before anything is sent.",
    },
    disconnect: {
      at: "socket.js:588",
      why: "does nothing in a replay; with `true` it ends the sockets of all namespaces, where upstream's `Client` knows those in memory.",
    },
    _cleanup: {
      at: "socket.js:558",
      why: "ends the session. Upstream tells the adapter by `delAll`, which apps call too, and stay connected.",
    },
    on: {
      at: "typed-events.js:25",
      why: "names a listener of the `connection` handler, and warns of a later one at its line. `once` comes here too.",
    },
    addListener: { at: "node:events", why: "as `on`." },
    prependListener: { at: "node:events", why: "as `on`. `prependOnceListener` comes here too." },
    onAny: { at: "socket.js:808", why: "as `on`." },
    prependAny: { at: "socket.js:819", why: "as `on`." },
    onAnyOutgoing: { at: "socket.js:884", why: "as `on`." },
    prependAnyOutgoing: { at: "socket.js:902", why: "as `on`." },
  },
  /** Each namespace, those of parents included, when its adapter is made (`namespace-hooks.ts`). */
  Namespace: {
    _ids: {
      at: "namespace.js:85",
      why: "draws ack ids at random. Upstream counts from 0 in each process, so two environments would give out the same.",
    },
    _add: {
      at: "namespace.js:209",
      why: "runs in the scope of the client's own connection, whatever context an app's callback has.",
    },
    _createSocket: {
      at: "namespace.js:245",
      why: "gives the socket its session, its adapter and its prototype before the app sees it.",
    },
    run: {
      at: "namespace.js:128",
      why: "waits for middlewares. One that throws or rejects refuses the client, and does not end the process.",
    },
    emitReserved: {
      at: "typed-events.js:55",
      why: "waits for `connection` handlers, and reports what they throw.",
    },
  },
  /** Each namespace from the first event on (`late-registrations.ts`). */
  LateNamespace: {
    on: {
      at: "typed-events.js:25",
      why: "warns of a `connection` handler that comes too late, at its line. `once` comes here too.",
    },
    addListener: { at: "node:events", why: "as `on`." },
    prependListener: { at: "node:events", why: "as `on`. `prependOnceListener` comes here too." },
    use: { at: "namespace.js:117", why: "warns of a middleware that comes too late, at its line." },
  },
  /** What `io.of` makes of a regular expression or a function (`dynamic-namespaces.ts`). */
  ParentNamespace: {
    emit: { at: "parent-namespace.js:37", why: "reaches the children that other environments have made." },
  },
  /** The adapter of a parent. */
  ParentAdapter: {
    broadcast: { at: "parent-namespace.js:83", why: "as `emit`, for `parent.to(room).emit()`." },
  },
  /** The app's server, once (`runtime.ts`, `unsupported.ts`). */
  Server: {
    listen: { at: "index.js:214", why: "the server has its engine: does nothing, with a sentence." },
    attach: { at: "index.js:224", why: "as `listen`." },
    attachApp: { at: "index.js:255", why: "refused with a sentence: there is no port." },
    adapter: { at: "index.js:198", why: "ignores an adapter that the app sets later, with a warning." },
    close: {
      at: "index.js:510",
      why: "closes all clients. There is no process to stop, and upstream would close the engine.",
    },
    opts: {
      at: "index.js:124",
      why: "a copy whose `connectionStateRecovery` reads as on while a session is replayed (docs/decisions/recovery-getter.md).",
    },
  },
  /** The app's server from the first event on (`late-registrations.ts`). */
  LateServer: {
    of: { at: "index.js:461", why: "warns of a namespace that comes too late, at its line." },
  },
  /** The prototype, of each copy of socket.io (`quiet-operators.ts`). */
  BroadcastOperator: {
    emit: {
      at: "broadcast-operator.js:162",
      why: "a replay that wants acks does not start the timer that upstream starts before it asks the adapter.",
    },
  },
} as const;

type Owner = keyof typeof PATCHES;

/** Not enumerable, so that none is taken for a property that the app put there. */
export function patch<Of extends Owner, Target extends object = object>(
  target: Target,
  members: { readonly [Name in keyof (typeof PATCHES)[Of]]?: unknown } & ThisType<Target>,
): Target {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(members))) {
    Object.defineProperty(target, name, { ...descriptor, enumerable: false });
  }
  return target;
}
