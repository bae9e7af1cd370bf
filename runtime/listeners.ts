/**
 * Listeners of a socket, awaited. An `EventEmitter` drops what a listener returns, and a Lambda environment is frozen
 * when we answer, so each listener is registered inside a function that hands its promise to the event's work.
 *
 * `wrapped.listener` is the user's own function, which is Node's own convention for `once`: `off`, `listeners` and
 * `listenerCount` go on to work with it (nodejs.org/api/events.html#emitterrawlistenerseventname).
 */
import type { Socket } from "socket.io";
import { awaitCallback, isPromise, runHandler, runMiddleware } from "./handler-run.js";
import { type Listener, registryOf } from "./listener-registry.js";

/** Replaces the socket's methods that register listeners. Does nothing the second time. */
export function awaitListeners(socket: Socket): void {
  if (prepared.has(socket)) return;
  prepared.add(socket);
  awaitEventListeners(socket);
  awaitAnyListeners(socket);
  awaitMiddlewares(socket);
}

const prepared = new WeakSet<Socket>();

function awaitEventListeners(socket: Socket): void {
  const { on: append, prependListener: prepend, removeListener, removeAllListeners } = socket;
  const registry = registryOf(socket);
  const label = (event: string) => `the handler of "${event}" of ${socket.nsp.name}`;

  const attach = (method: Listener, name: string, event: string, wrapped: Listener, isOnce = false) => {
    method.call(socket, event, wrapped);
    registry.add(wrapped, {
      event,
      isOnce,
      call: `socket.${name}("${event}")`,
      isAttached: () => socket.rawListeners(event).includes(wrapped),
      detach: () => removeListener.call(socket, event, wrapped),
    });
    return socket;
  };
  const register = (name: string, method: Listener) => (event: string, listener: Listener) =>
    attach(method, name, event, wrap(label(event), listener));
  const registerOnce = (name: string, method: Listener) => (event: string, listener: Listener) => {
    const once = wrap(label(event), function (this: unknown, ...args: unknown[]) {
      socket.removeListener(event, once);
      return listener.apply(this, args);
    });
    once.listener = listener;
    return attach(method, name, event, once, true);
  };
  const remove =
    (method: Listener) =>
    (...args: unknown[]) => {
      method.apply(socket, args);
      registry.noteRemoved();
      return socket;
    };

  define(socket, {
    on: register("on", append),
    addListener: register("addListener", append),
    prependListener: register("prependListener", prepend),
    once: registerOnce("once", append),
    prependOnceListener: registerOnce("prependOnceListener", prepend),
    off: remove(removeListener),
    removeListener: remove(removeListener),
    removeAllListeners: remove(removeAllListeners),
  });
}

function wrap(label: string, listener: Listener): Listener & { listener: Listener } {
  const wrapped = function (this: unknown, ...args: unknown[]): void {
    const ack = args.at(-1);
    // Only a listener that names its ack can be expected to call it.
    const takesAck = typeof ack === "function" && listener.length >= args.length;
    let isAcked = false;
    let onAck = () => {};
    if (takesAck) {
      args[args.length - 1] = (...answer: unknown[]) => {
        isAcked = true;
        ack(...answer);
        onAck();
      };
    }
    const result = runHandler(label, () => listener.apply(this, args));
    if (takesAck && !isAcked && !isPromise(result)) onAck = awaitCallback(label);
  };
  return Object.assign(wrapped, { listener });
}

/** `onAny` and its kin compare functions by identity, so we keep who wraps whom. */
function awaitAnyListeners(socket: Socket): void {
  const wrappers = new WeakMap<Listener, Listener>();
  const originals = new WeakMap<Listener, Listener>();
  const registry = registryOf(socket);
  for (const suffix of ["", "Outgoing"] as const) {
    const on = socket[`onAny${suffix}`];
    const prepend = socket[`prependAny${suffix}`];
    const off = socket[`offAny${suffix}`];
    const list = socket[`listenersAny${suffix}`];
    const register = (name: string, method: Listener) => (listener: Listener) => {
      const wrapped = (...args: unknown[]) => {
        runHandler(`a catch-all handler of ${socket.nsp.name}`, () => listener.apply(socket, args));
      };
      wrappers.set(listener, wrapped);
      originals.set(wrapped, listener);
      method.call(socket, wrapped);
      registry.add(wrapped, {
        event: `*${suffix}`,
        isOnce: false,
        call: `socket.${name}()`,
        isAttached: () => (list.call(socket) as Listener[]).includes(wrapped),
        detach: () => off.call(socket, wrapped),
      });
      return socket;
    };
    define(socket, {
      [`onAny${suffix}`]: register(`onAny${suffix}`, on),
      [`prependAny${suffix}`]: register(`prependAny${suffix}`, prepend),
      [`offAny${suffix}`]: (listener?: Listener) => {
        off.call(socket, listener && (wrappers.get(listener) ?? listener));
        registry.noteRemoved();
        return socket;
      },
      [`listenersAny${suffix}`]: () =>
        list.call(socket).map((wrapped: Listener) => originals.get(wrapped) ?? wrapped),
    });
  }
}

function awaitMiddlewares(socket: Socket): void {
  const use = socket.use;
  define(socket, {
    use: (middleware: Parameters<typeof use>[0]) =>
      use.call(socket, (event, next) => {
        const label = `a middleware of ${socket.nsp.name} for "${event[0]}"`;
        runMiddleware(label, (done) => middleware(event, done), next, noteAck(event));
      }),
  });
}

/** Tells whether the event's ack has been given: a middleware that answers by itself and returns has dropped the event. */
function noteAck(event: unknown[]): () => boolean {
  const ack = event.at(-1);
  let isAcked = false;
  if (typeof ack === "function") {
    event[event.length - 1] = (...answer: unknown[]) => {
      isAcked = true;
      ack(...answer);
    };
  }
  return () => isAcked;
}

/** Not enumerable, so that they are not taken for properties that the app put on the socket. */
function define(socket: Socket, methods: Record<string, Listener>): void {
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(socket, name, { value, configurable: true, writable: true });
  }
}
