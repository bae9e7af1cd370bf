/** What we attach to each namespace when socket.io creates it, dynamic ones included: its adapter's constructor calls. */
import { randomInt } from "node:crypto";
import type { Namespace, Socket } from "socket.io";
import { runHandler, runMiddleware } from "./handler-run.js";
import { awaitListeners } from "./listeners.js";
import { currentScope, runInScope } from "./scope.js";
import { internalsOf } from "./socket-io-internals.js";

export function hookNamespace(namespace: Namespace): void {
  seedAckIds(namespace);
  awaitConnectMiddlewares(namespace);
  awaitConnectionHandlers(namespace);
}

/**
 * Acks that two environments wait for must not share an id. Below 2^31, for clients in Java and C++ read an id as a
 * 32-bit integer, and with a million left to count up.
 */
function seedAckIds(namespace: Namespace): void {
  internalsOf(namespace)._ids = randomInt(2 ** 31 - 2 ** 20);
}

/** As `Namespace.run` does it (socket.io 4.8, `namespace.ts`), but for middlewares that throw or reject. */
function awaitConnectMiddlewares(namespace: Namespace): void {
  const internals = internalsOf(namespace);
  internals.run = (socket, done) => {
    awaitListeners(socket);
    const middlewares = [...internals._fns];
    const runFrom = (index: number) => {
      const middleware = middlewares[index];
      if (!middleware) return done();
      runMiddleware(
        `a middleware of ${namespace.name}`,
        (next) => middleware(socket, next),
        (error) => (error ? done(error) : runFrom(index + 1)),
      );
    };
    runFrom(0);
  };
}

/** `connect` and `connection` handlers: awaited, and one that throws takes nobody down. */
function awaitConnectionHandlers(namespace: Namespace): void {
  const internals = internalsOf(namespace);
  const emitReserved = internals.emitReserved;
  internals.emitReserved = (event, ...args) => {
    if (event !== "connect" && event !== "connection") return emitReserved.call(namespace, event, ...args);
    const socket = args[0] as Socket;
    const listeners = namespace.rawListeners(event);
    const callAll = () => {
      for (const listener of listeners) {
        runHandler(`the ${event} handler of ${namespace.name}`, () => listener.call(namespace, socket));
      }
    };
    const scope = currentScope();
    if (scope?.phase === "event") runInScope({ ...scope, phase: "connecting" }, callAll);
    else callAll();
    if (event === "connection") currentScope()?.connection.onConnected(socket);
    return listeners.length > 0;
  };
}
