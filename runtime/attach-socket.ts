/**
 * Prepares the library's socket at the first moment at which both it and its namespace agree that it is connected, and
 * before any of the app's code sees it.
 */
import type { Socket } from "socket.io";
import { OrderedAckError } from "./errors.js";
import { registryOf } from "./listener-registry.js";
import { awaitListeners } from "./listeners.js";
import { reportError } from "./log.js";
import { currentScope, isReplaying } from "./scope.js";
import type { Session } from "./session.js";
import { internalsOf } from "./socket-io-internals.js";

export function attachSocket(session: Session, socket: Socket): void {
  session.attach(socket);
  awaitListeners(socket);
  disconnectAcrossEvents(session, socket);
  disconnectOnce(session, socket);
  hearOnce(session, socket);
  refuseLateAcks(session, socket);
}

/**
 * In a replay the socket was not disconnected when this code ran for the first time, or it would not be here. And
 * upstream's `disconnect(true)` knows only the sockets in memory (socket.io 4.8, `client.ts`, `_disconnect`).
 */
function disconnectAcrossEvents(session: Session, socket: Socket): void {
  const disconnect = socket.disconnect;
  hide(socket, "disconnect", (close = false) => {
    if (isReplaying() || !socket.connected) return socket;
    disconnect.call(socket);
    if (close) session.connection.disconnectAll();
    return socket;
  });
}

/**
 * `disconnecting` and `disconnect` belong to whoever removes the session from the table. Where the app's own
 * `socket.disconnect()` is the cause, that is known only when the table has answered: until then they wait.
 */
function disconnectOnce(session: Session, socket: Socket): void {
  const internals = internalsOf(socket);
  const emitReserved = internals.emitReserved;
  hide(socket, "emitReserved", (event: string, ...args: unknown[]) => {
    if (event !== "disconnecting" && event !== "disconnect") return emitReserved.call(socket, event, ...args);
    session.whenRemoved(() => emitReserved.call(socket, event, ...args));
    return true;
  });
}

/**
 * Events of one client may run at the same time, each with its own copy of a `once` listener: the table says which of
 * them may call it. Asked behind the app's middlewares, which may drop the event, and only where there is such a listener.
 */
function hearOnce(session: Session, socket: Socket): void {
  const internals = internalsOf(socket);
  const run = internals.run;
  hide(socket, "run", (event: unknown[], done: (error?: Error) => void) => {
    run.call(socket, event, (error) => {
      const names = error || !session.isStored ? [] : registryOf(socket).takeOnces(String(event[0]));
      if (names.length === 0) return done(error);
      const claims = Promise.all(names.map((name) => claim(session, name))).then(() => done());
      const label = `the once listeners of "${event[0]}"`;
      currentScope()?.work.track(
        label,
        claims.catch((failure: unknown) => reportError("store", failure, label)),
      );
    });
  });
}

async function claim({ connection, namespace, sid, socket }: Session, name: string): Promise<void> {
  const isOurs = await connection.backend.connections.spend(connection.id, namespace, sid, name);
  if (socket) registryOf(socket).claimed(name, isOurs);
}

/** Before anything is sent: an ack that cannot come in time makes `emit` throw, and the promise of `emitWithAck` reject. */
function refuseLateAcks({ connection }: Session, socket: Socket): void {
  const internals = internalsOf(socket);
  const register = internals.registerAckCallback;
  hide(socket, "registerAckCallback", (id: number, ack: (...args: unknown[]) => void) => {
    if (connection.ackWaits.canBeAnswered || isReplaying()) return register.call(socket, id, ack);
    internals.flags = {}; // `timeout` was meant for this emit, which ends here
    throw new OrderedAckError();
  });
}

/** Not enumerable, so that it is not taken for a property that the app put on the socket. */
function hide(socket: Socket, name: string, value: (...args: never[]) => unknown): void {
  Object.defineProperty(socket, name, { value, configurable: true, writable: true });
}
