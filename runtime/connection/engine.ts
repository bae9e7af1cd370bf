/**
 * The engine that the app's server is bound to (`io.bind(engine)`, the public door that
 * `@socket.io/bun-engine` uses too). It listens on nothing: connections come to it from events.
 *
 * What `io.engine` has besides, as in engine.io 6.6: middlewares (`use`), `generateId` may be replaced, and
 * these events: `connection_error` for a refused handshake, with `{ req, code, message, context }`,
 * `initial_headers` and `headers` with the headers of an answer and its request.
 */
import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import type { EngineConnection } from "./engine-connection.js";
import type { HandshakeRequest } from "./socket-request.js";

/** As of Express. An error, thrown, rejected or given to `next`, refuses the request with code 3. */
export type EngineMiddleware = (
  request: HandshakeRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => unknown;

export class Engine extends EventEmitter {
  /** Unknown here: the connections are in DynamoDB. `await io.fetchSockets()` counts sockets. */
  readonly clientsCount = 0;
  /** In the order in which they run. The option `cors` is not among them. */
  readonly middlewares: EngineMiddleware[] = [];

  /**
   * The engine for a server that has one, or none yet, when the runtime takes it: that engine where it is
   * ours already, and else a new one with all that the app has told engine.io's own (`attach`): middlewares,
   * listeners (the server's own among them), `generateId`.
   */
  static adopting(other: unknown): Engine {
    if (other instanceof Engine) return other;
    const engine = new Engine();
    if (!(other instanceof EventEmitter)) return engine;
    const { middlewares = [], opts } = other as Partial<Engine> & { opts?: { cors?: unknown } };
    engine.middlewares.push(...middlewares.slice(opts?.cors ? 1 : 0)); // `cors` is the first of engine.io's
    for (const event of other.eventNames()) {
      for (const listener of other.rawListeners(event)) engine.on(event, listener as () => void);
    }
    if (Object.hasOwn(other, "generateId")) engine.generateId = (other as unknown as Engine).generateId;
    return engine;
  }

  /**
   * Runs `middleware` on each request of Engine.IO before it is verified: handshakes by HTTP long-polling or
   * WebSocket, POSTs, upgrades. Not on a GET that waits for packets: no code of the app runs for that one.
   */
  use(middleware: EngineMiddleware): void {
    this.middlewares.push(middleware);
  }

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
