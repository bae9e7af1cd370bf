/**
 * socket.io's `Socket`, with the few methods that cannot work across events as they are. They stand in one
 * object between each socket and the library's own prototype, so a socket stays an instance of the library's
 * class. What is not named here is socket.io's and Node's own: `once`, `off`, `listeners`, `offAny`, `use` …
 * Why each: `patches.ts`.
 */
import type { Socket } from "socket.io";
import type { Packet } from "socket.io-parser";
import { askRefusal } from "../connection/ack-waits.js";
import { disconnectAll } from "../connection/ending.js";
import type { Session } from "../connection/session.js";
import { sessionOf } from "../connection/session-of.js";
import { reportError } from "../log/log.js";
import { quote, shownNamespace } from "../log/printable.js";
import { isLeftOver } from "../user-code/late-callbacks.js";
import { runHandler, runMiddlewares, runWatched } from "../user-code/run-handlers.js";
import { internalsOf } from "./internals.js";
import { registryOf } from "./listener-registry.js";
import { callCatchAlls, callListeners, type Listener } from "./listeners.js";
import { patch } from "./patches.js";

/** Of each copy of socket.io, by its `Socket.prototype`. */
const prototypes = new WeakMap<object, object>();

/** Comes behind `ownSession`, and before the app sees the socket. */
export function toLambdaSocket(socket: Socket): void {
  const upstream = Object.getPrototypeOf(socket) as Socket;
  const prototype = prototypes.get(upstream) ?? lambdaPrototype(upstream);
  prototypes.set(upstream, prototype);
  Object.setPrototypeOf(socket, prototype);
}

function lambdaPrototype(upstream: Socket): object {
  const internals = internalsOf(upstream);

  const register = (method: "on" | "addListener" | "prependListener") =>
    function (this: Socket, event: string, listener: Listener) {
      upstream[method].call(this, event, listener);
      registryOf(this).add(method, listener, event);
      return this;
    };
  const registerCatchAll = (method: "onAny" | "prependAny" | "onAnyOutgoing" | "prependAnyOutgoing") =>
    function (this: Socket, listener: Listener) {
      upstream[method].call(this, listener);
      registryOf(this).add(method, listener);
      return this;
    };

  return patch<"Socket", Socket>(Object.create(upstream), {
    on: register("on"),
    addListener: register("addListener"),
    prependListener: register("prependListener"),
    onAny: registerCatchAll("onAny"),
    prependAny: registerCatchAll("prependAny"),
    onAnyOutgoing: registerCatchAll("onAnyOutgoing"),
    prependAnyOutgoing: registerCatchAll("prependAnyOutgoing"),

    get onevent() {
      return receive;
    },

    /**
     * An app's own, as packages for wildcards set it, may call listeners by Node's `emit`: what they start is
     * waited for.
     */
    set onevent(own: typeof receive) {
      const value = (packet: Packet) => {
        runWatched(() => void runHandler("the app's own socket.onevent", () => own.call(this, packet)));
      };
      Object.defineProperty(this, "onevent", { value, configurable: true, writable: true });
    },

    notifyOutgoingListeners({ data }: Packet) {
      callCatchAlls(this, this.listenersAnyOutgoing(), data);
    },

    emitReserved(event: string, ...args: unknown[]) {
      const call = () =>
        this.listenerCount(event) > 0
          ? callListeners(this, event, args)
          : internals.emitReserved.call(this, event, ...args);
      if (event === "disconnecting" || event === "disconnect") session(this).whenRemoved(call);
      else call();
      return true;
    },

    registerAckCallback(id: number, ack: (...args: unknown[]) => void) {
      const { isReplaying, connection } = session(this);
      if (isReplaying) {
        session(this).askedInReplay();
        return;
      }
      const refusal = askRefusal(connection);
      if (refusal) {
        internalsOf(this).flags = {}; // `timeout` was meant for this emit, which ends here
        throw refusal;
      }
      internals.registerAckCallback.call(this, id, ack);
    },

    disconnect(close = false) {
      const { isReplaying, connection } = session(this);
      if (isReplaying || !this.connected || isLeftOver(connection)) return this;
      upstream.disconnect.call(this);
      if (close) disconnectAll(connection);
      return this;
    },

    _cleanup() {
      if (!session(this).isReplaying) session(this).close();
      internalsOf(this.nsp)._remove(this);
      this.join = () => {};
    },
  });
}

function session(socket: Socket): Session {
  return sessionOf(socket) as Session;
}

/**
 * As upstream's `onevent`, `dispatch` and `run` (socket.io 4.8, `socket.ts`), in their order and with their
 * tick.
 */
function receive(this: Socket, { id, data: event = [] }: Packet): void {
  const internals = internalsOf(this);
  if (id != null) event.push(internals.ack(id));
  callCatchAlls(this, this.listenersAny(), event);
  const dispatch = (error?: Error) =>
    process.nextTick(() => {
      if (error) internals._onerror(error);
      else if (this.connected) callListeners(this, event[0], event.slice(1));
    });
  runMiddlewares(
    `a middleware of ${shownNamespace(this.nsp.name)} for ${quote(event[0])}`,
    internals.fns.map((middleware) => (next) => middleware(event, next)),
    (error) => (error ? dispatch(error) : claimOnces(this, event, dispatch)),
    { isDropped: noteAck(event) },
  );
}

/**
 * Tells whether the event's ack has been given: a middleware that answers by itself and returns has dropped
 * the event.
 */
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

/**
 * Events of one client may run at the same time, each with its own copy of a `once` listener: the table says
 * which of them may call it. Asked behind the app's middlewares, which may drop the event, and only where
 * there is such a listener.
 */
function claimOnces(socket: Socket, [event]: unknown[], dispatch: () => void): void {
  const { isStored, connection, namespace, sid } = session(socket);
  const registry = registryOf(socket);
  const names = isStored ? registry.takeOnces(event) : [];
  if (names.length === 0) {
    dispatch();
    return;
  }
  const claim = async (name: string) =>
    registry.claimed(name, await connection.backend.connections.spend(connection.id, namespace, sid, name));
  const label = `the once listeners of ${quote(event)}`;
  connection.track(
    label,
    Promise.all(names.map(claim))
      .then(() => dispatch())
      .catch((failure: unknown) => reportError("store", failure, label)),
  );
}
