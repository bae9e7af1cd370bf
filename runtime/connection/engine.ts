/**
 * The engine that the app's server is bound to (`io.bind(engine)`, the public door that
 * `@socket.io/bun-engine` uses too). It listens on nothing: connections come to it from events.
 *
 * What `io.engine` has besides, as in engine.io 6.6: `generateId` may be replaced, and `connection_error` is
 * emitted for a refused handshake with `{ req, code, message, context }`.
 */
import { EventEmitter } from "node:events";
import type { EngineConnection } from "./engine-connection.js";
import type { HandshakeRequest } from "./socket-request.js";

export class Engine extends EventEmitter {
  /** Unknown here: the connections are in DynamoDB. `await io.fetchSockets()` counts sockets. */
  readonly clientsCount = 0;

  /** The Engine.IO session id, which only its own client sees. Default: the connection's id. */
  generateId(request: HandshakeRequest): string | Promise<string> {
    return request.connectionId;
  }

  /** Gives socket.io a connection, fresh or rehydrated: the server listens first, and the app behind it. */
  accept(connection: EngineConnection): void {
    this.emit("connection", connection);
  }

  /** `io.close()` calls it. There is no listening socket to close, and other environments go on. */
  close(): this {
    return this;
  }
}
