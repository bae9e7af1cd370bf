/**
 * Middlewares that work on the request: those of `io.engine.use()`, and of a namespace the likes of
 * `io.use((socket, next) => session(socket.request, {}, next))`.
 *
 * Where one has put something on the request that cannot be stored, such as a session with methods, the
 * connection notes its place, and it runs again in each later event before the app sees the request
 * (docs/decisions/request-middlewares.md). What can be stored is put back over what it makes, emits are muted
 * as in a replay, and its error ends nothing: a session that expires ends no connection on a server either.
 */
import { RequestMiddlewareError } from "../errors.js";
import { warnOnce } from "../log/log.js";
import { OF_ENGINE, RequestMarks } from "../values/request-marks.js";
import { CapturedResponse } from "./captured-response.js";
import type { Connection } from "./connection.js";
import type { EngineMiddleware } from "./engine.js";
import { currentScope, runInScope, Scope } from "./scope.js";
import type { HandshakeRequest } from "./socket-request.js";

export type RequestMiddleware = (next: (error?: unknown) => void) => unknown;

/**
 * Runs them as engine.io 6.6 does (`server.ts`, `_applyMiddlewares`), and resolves with what cannot be stored
 * of what they put on the request, or with "ended" where one has ended the response.
 *
 * @throws what a middleware throws, rejects with or gives to `next`, and `RequestMiddlewareError` where one
 *   does nothing of it in time.
 */
export async function runEngineMiddlewares(
  middlewares: readonly EngineMiddleware[],
  request: HandshakeRequest,
  response: CapturedResponse,
  withinMs: number,
): Promise<RequestMarks | "ended"> {
  const marks = new RequestMarks(request);
  const ended = response.ended.then(() => "ended" as const);
  const endsMs = performance.now() + withinMs;
  for (const [place, middleware] of middlewares.entries()) {
    const passed = settled((next) => middleware(request, response, next), endsMs - performance.now());
    if ((await Promise.race([passed, ended])) === "ended" || response.writableEnded) {
      passed.catch(() => {}); // the client has its answer
      await ended;
      return "ended";
    }
    marks.ran(place);
  }
  return marks;
}

/** `undefined` where there is nothing to do, and so nothing to wait for. */
export function runEngineAgain(connection: Connection): Promise<void> | undefined {
  const { request, runtime } = connection;
  if (connection.values.again(OF_ENGINE).length === 0) return undefined;
  // Nobody ends it, so nothing is saved.
  const response = new CapturedResponse(request);
  const middlewares = runtime.engine.middlewares.map(
    (middleware): RequestMiddleware =>
      (next) =>
        middleware(request, response, next),
  );
  return runAgain(connection, OF_ENGINE, middlewares, response.ended);
}

/** The same of a namespace's, for a socket that is brought back. */
export function runAgain(
  connection: Connection,
  by: string,
  middlewares: readonly RequestMiddleware[],
  ended?: Promise<void>,
): Promise<void> | undefined {
  const { request, values } = connection;
  const places = values.again(by);
  if (places.length === 0) return undefined;
  const before = values.snapshot();
  const marks = new RequestMarks(request);
  const letGo = holdSessionId(request);
  const scope = new Scope(connection, currentScope(), "replaying");
  const run = async () => {
    try {
      for (const place of places) {
        const middleware = middlewares[place];
        if (!middleware) continue; // another version of the app has let the client in
        const passed = settled(middleware, PATIENCE_MS).finally(() => marks.ran(place));
        await (ended ? Promise.race([passed, ended.then(refused)]) : passed);
      }
    } catch (error) {
      warnOnce(new RequestMiddlewareError(nameOf(by), { cause: error }).message);
    } finally {
      scope.end();
      letGo();
      values.comesBack(marks.keys);
      values.restore(before);
      connection.watchRequest();
    }
  };
  return runInScope(scope, run);
}

/** Longer than a read of a session's store takes, with all its retries. */
const PATIENCE_MS = 3_000;

function settled(middleware: RequestMiddleware, withinMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`next has not been called within ${Math.round(withinMs)} ms`));
    const timer = setTimeout(late, withinMs);
    const next = (error?: unknown) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve();
    };
    try {
      Promise.resolve(middleware(next)).catch(next);
    } catch (error) {
      next(error);
    }
  });
}

function refused(): never {
  throw new Error("the response was ended");
}

function nameOf(by: string): string {
  return by === OF_ENGINE ? "io.engine.use()" : `io.of(${JSON.stringify(by)}).use()`;
}

/**
 * While express-session runs again, the id of its session is the one of the handshake, whatever it reads of
 * the cookie. So a new session, of which the client has no cookie, stays the same; and the cookie need not be
 * stored.
 */
function holdSessionId(request: object): () => void {
  const id = (request as { sessionID?: unknown }).sessionID;
  if (typeof id !== "string") return () => {};
  Object.defineProperty(request, "sessionID", { get: () => id, set: () => {}, configurable: true });
  return () =>
    Object.defineProperty(request, "sessionID", {
      value: id,
      writable: true,
      enumerable: true,
      configurable: true,
    });
}
