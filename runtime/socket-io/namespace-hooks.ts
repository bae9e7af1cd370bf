/**
 * What we attach to each namespace when socket.io creates it, dynamic ones included: its adapter's
 * constructor calls.
 */
import type { Namespace, Socket } from "socket.io";
import { drawAckId } from "../connection/ack-ids.js";
import { runAgain } from "../connection/request-middlewares.js";
import { currentScope, runInScope } from "../connection/scope.js";
import type { Session } from "../connection/session.js";
import { connectionOf, sessionOf } from "../connection/session-of.js";
import { shownNamespace } from "../log/printable.js";
import { awaitFirstListener } from "../user-code/first-listener.js";
import { warnOfNoHandler } from "../user-code/late-registrations.js";
import { isPromise, type Next, runHandler, runMiddlewares, runWatched } from "../user-code/run-handlers.js";
import { ConnectionValues } from "../values/connection-values.js";
import { RequestMarks } from "../values/request-marks.js";
import { adoptSocket } from "./adopt-socket.js";
import { type Client, internalsOf } from "./internals.js";
import { registryOf } from "./listener-registry.js";
import { patch } from "./patches.js";

export function hookNamespace(namespace: Namespace): void {
  const internals = internalsOf(namespace);
  const { _add, _createSocket, emitReserved } = internals;

  const middlewaresFor = (socket: Socket) =>
    internals._fns.map((middleware) => (next: Next) => middleware(socket, next));

  patch<"Namespace">(namespace, {
    get _ids() {
      return drawAckId();
    },
    set _ids(_next: number) {}, // `_ids++`

    /**
     * In the scope of its own connection, for an app's function for dynamic namespaces may let it in out of a
     * callback.
     */
    _add(client: Client, auth: Record<string, unknown>, done: (socket: Socket) => void) {
      const scope = connectionOf(client.conn)?.scopeOfConnect(namespace.name);
      return runInScope(scope, () => _add.call(namespace, client, auth, done));
    },

    async _createSocket(client: Client, auth: Record<string, unknown>) {
      const connection = connectionOf(client.conn);
      const requestIsWhole = connection?.requestIsWhole();
      if (requestIsWhole) await requestIsWhole;
      const socket = await _createSocket.call(namespace, client, auth);
      if (!connection) return socket;
      adoptSocket(connection, socket);
      const again =
        sessionOf(socket)?.isReplaying && runAgain(connection, namespace.name, middlewaresFor(socket));
      if (again) await again;
      return socket;
    },

    run(socket: Socket, done: Next) {
      const connection = currentScope()?.connection;
      const marks = internals._fns.length > 0 ? new RequestMarks(socket.request) : undefined;
      const middlewares = middlewaresFor(socket).map(
        (middleware, place) => (next: Next) =>
          middleware((error) => {
            marks?.ran(place);
            next(error);
          }),
      );
      const passed: Next = (error) => {
        if (marks) ConnectionValues.of(socket.conn)?.marked(namespace.name, marks);
        done(error);
      };
      runMiddlewares(`a middleware of ${shownNamespace(namespace.name)}`, middlewares, passed, {
        onGivenUp: () => connection?.leaveWaiting(namespace.name),
      });
    },

    emitReserved(event: string, ...args: unknown[]) {
      return event === "connect" || event === "connection"
        ? callConnectionHandlers(namespace, event, args[0] as Socket)
        : emitReserved.call(namespace, event, ...args);
    },
  });
}

/** Awaited, and one that throws takes nobody down. */
function callConnectionHandlers(namespace: Namespace, event: string, socket: Socket): boolean {
  const listeners = namespace.rawListeners(event);
  if (event === "connection") warnOfNoHandler(namespace);
  const callAll = () => {
    for (const listener of listeners) {
      const label = `the ${event} handler of ${shownNamespace(namespace.name)}`;
      const result = runHandler(label, () => listener.call(namespace, socket));
      if (isPromise(result)) sessionOf(socket)?.handles(result);
    }
  };
  const session = sessionOf(socket);
  session?.letIn();
  if (session) callWatched(session, callAll);
  else callAll();
  registryOf(socket).handlersReturned = session !== undefined && !session.isHandling;
  if (event === "connection" && session) connected(session, socket, listeners.length > 0);
  return listeners.length > 0;
}

/** What the handlers start is waited for, and in a replay muted. */
function callWatched({ phase }: Session, callHandlers: () => void): void {
  const started = currentScope()?.started; // of a replay
  if (phase === "connecting") runWatched(callHandlers);
  else if (started) started.during(callHandlers);
  else callHandlers();
}

function connected(session: Session, socket: Socket, isHandled: boolean): void {
  const { connection, phase } = session;
  if (phase === "connecting" && isHandled)
    connection.track("the first listener", awaitFirstListener(session));
  connection.onConnected(socket);
}
