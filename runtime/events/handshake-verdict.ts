/**
 * Who may connect: what engine.io 6.6 (`server.ts`, `verify`) and ws check of a WebSocket handshake, and the
 * origin. A real server's `cors` option only guards its HTTP long-polling; here it guards the WebSocket, too.
 */

import type { Limits } from "../client-limits.js";
import type { HandshakeRequest } from "../connection/socket-request.js";
import { isReadableOffer } from "../connection/subprotocol.js";
import { reportError } from "../log/log.js";
import type { Refusal } from "../protocol/refusal.js";
import type { Runtime } from "../runtime.js";
import type { ServerOptions } from "../socket-io/internals.js";
import type { PollingState } from "../store/polling-store.js";
import type { StoredHandshake } from "../store/store.js";
import { tellBlockedOrigin } from "./blocked-origin.js";

export async function verifyHandshake(
  options: ServerOptions,
  request: HandshakeRequest,
): Promise<Refusal | undefined> {
  const { EIO: protocol, transport } = request._query;
  if (protocol !== undefined) {
    const { allowEIO3, transports = ["websocket"] } = options;
    const isServed = protocol === "4" || (allowEIO3 && sessionOf(request._query) === undefined);
    if (!isServed) return refusal(400, 5, "Unsupported protocol version", { protocol });
    if (transport !== "websocket" || !transports.includes(transport)) {
      return refusal(400, 0, "Transport unknown", { transport });
    }
  }
  const { origin } = request.headers;
  if (origin !== undefined && !(await isOriginAllowed(options.cors, origin, request).catch(failedCors))) {
    tellBlockedOrigin(origin, options.cors);
    return refusal(403, 4, "Forbidden", { message: "origin not allowed by the cors option", origin });
  }
  // Asked at the first request of a session, not at the upgrade, as upstream.
  const isUpgrade = sessionToUpgrade(request._query) !== undefined;
  const refused = isUpgrade ? undefined : await askAllowRequest(options, request);
  if (refused || isReadableOffer(request)) return refused;
  return refusal(400, 3, "Bad request", { message: "Invalid Sec-WebSocket-Protocol header" });
}

/** The session that a request is for. As upstream, the last `sid` counts, and an empty one is none. */
export function sessionOf({ sid }: HandshakeRequest["_query"]): string | undefined {
  return (Array.isArray(sid) ? sid.at(-1) : sid) || undefined;
}

/** The session that a WebSocket wants to take over. A plain client has none, whatever its query says. */
export function sessionToUpgrade(query: HandshakeRequest["_query"]): string | undefined {
  return query.EIO === undefined ? undefined : sessionOf(query);
}

/**
 * The handshake of a session that begins, as the app's middlewares see it. `sid` may be in its query, empty
 * or of a client that does not speak Engine.IO; the usual middleware that asks for a login where there is
 * none (`onlyForHandshake`) would let that client pass.
 */
export function withoutSid(handshake: StoredHandshake): StoredHandshake {
  const { sid, ...query } = handshake.query;
  return sid === undefined ? handshake : { ...handshake, query };
}

/** Of a request by long-polling, with a session's id or without (engine.io 6.6 `server.ts`, `verify`). */
export async function verifyPolling(
  options: ServerOptions,
  request: HandshakeRequest,
  method: string,
): Promise<Refusal | undefined> {
  const { EIO: protocol, transport } = request._query;
  const { transports = ["polling", "websocket"] } = options;
  if (typeof transport !== "string" || !transports.includes(transport)) {
    return refusal(400, 0, "Transport unknown", { transport });
  }
  if (sessionOf(request._query) !== undefined) return undefined; // see `verifySession`
  if (method !== "GET") return refusal(400, 2, "Bad handshake method", { method });
  if (transport !== "polling") {
    return refusal(400, 3, "Bad request", { name: "TRANSPORT_HANDSHAKE_ERROR" });
  }
  const refused = await askAllowRequest(options, request);
  if (refused || protocol === "4") return refused;
  return refusal(400, 5, "Unsupported protocol version", { protocol: REVISION_BY_DEFAULT });
}

/** What upstream takes any other revision than 4 for. */
const REVISION_BY_DEFAULT = 3;

/** Of a request with a session's id, by what is known of that session. */
export function verifySession(
  { _query: { EIO: protocol, transport, sid } }: HandshakeRequest,
  session: PollingState | undefined,
): Refusal | undefined {
  if (!session || session.mode === "closed") return refusal(400, 1, "Session ID unknown", { sid });
  const previousTransport = session.mode === "websocket" ? "websocket" : "polling";
  if (transport !== previousTransport || transport !== "polling") {
    const name = "TRANSPORT_MISMATCH";
    return refusal(400, 3, "Bad request", { name, transport, previousTransport });
  }
  if (protocol === "4") return undefined;
  const context = { name: "PROTOCOL_MISMATCH", protocol: REVISION_BY_DEFAULT, previousProtocol: 4 };
  return refusal(400, 3, "Bad request", context);
}

export function isRefusal(answer: object): answer is Refusal {
  return "context" in answer;
}

function refusal(status: number, code: number, message: string, context: Refusal["context"]): Refusal {
  return { status, code, message, context };
}

function askAllowRequest(
  { allowRequest }: ServerOptions,
  request: HandshakeRequest,
): Promise<Refusal | undefined> {
  if (!allowRequest) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const fail = (error: unknown) => {
      reportError("handshake", error, "allowRequest");
      resolve(refusal(403, 4, "Forbidden", { message: "allowRequest failed" }));
    };
    try {
      const returned: unknown = allowRequest(request, (message, allowed) =>
        resolve(allowed ? undefined : refusal(403, 4, "Forbidden", { message })),
      );
      Promise.resolve(returned).catch(fail);
    } catch (error) {
      fail(error);
    }
  });
}

type CorsCallback = (error: unknown, value?: unknown) => void;

/** The forms of the `cors` option and of its `origin`: github.com/expressjs/cors#configuration-options. */
async function isOriginAllowed(cors: unknown, origin: string, request: HandshakeRequest): Promise<boolean> {
  // A page of the server's own address is no matter of CORS. Browsers send an origin with each WebSocket.
  if (isOwnOrigin(origin, request.headers.host)) return true;
  const settings =
    typeof cors === "function"
      ? await fromCallback((callback) =>
          (cors as (r: unknown, c: CorsCallback) => unknown)(request, callback),
        )
      : cors;
  const allowed = (settings as { origin?: unknown } | undefined)?.origin;
  if (typeof allowed !== "function") return matches(allowed, origin);
  return matches(
    await fromCallback((callback) => (allowed as (o: string, c: CorsCallback) => unknown)(origin, callback)),
    origin,
  );
}

export function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return origin.replace(/^https?:\/\//, "") === host;
}

/** A callback with an error means no, as `cors` answers such a request with the error. */
function fromCallback(call: (callback: CorsCallback) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const returned = call((error, value) => resolve(error ? false : value));
    Promise.resolve(returned).catch(reject);
  });
}

function failedCors(error: unknown): boolean {
  reportError("handshake", error, "the option cors");
  return false;
}

function matches(allowed: unknown, origin: string): boolean {
  if (allowed === undefined || allowed === true || allowed === "*") return true;
  if (Array.isArray(allowed)) return allowed.some((one) => matches(one, origin));
  // `search` starts at the beginning, whatever flags the expression has.
  return allowed instanceof RegExp ? origin.search(allowed) !== -1 : allowed === origin;
}

/** The app may have a function of its own for the Engine.IO session id, which may fail. */
export async function generateId({ engine }: Runtime, request: HandshakeRequest): Promise<string | Refusal> {
  try {
    return await engine.generateId(request);
  } catch (error) {
    reportError("handshake", error, "io.engine.generateId");
    return refusal(400, 3, "Bad request", { name: "ID_GENERATION_ERROR", error });
  }
}

/** A middleware of the request has failed (engine.io 6.6 `server.ts`, `handleRequest`). */
export function middlewareFailed(error: unknown): Refusal {
  reportError("handshake", error, "a middleware of the handshake");
  return refusal(400, 3, "Bad request", { name: "MIDDLEWARE_FAILURE" });
}

/** HTTP 431, as servers answer headers that are too large (RFC 6585 §5). */
export function refuseHandshake(handshake: StoredHandshake, { handshakeBytes }: Limits): Refusal | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(handshake));
  if (bytes <= handshakeBytes) return undefined;
  const message = `headers and query have ${bytes} bytes, and limits.handshakeBytes is ${handshakeBytes}`;
  return { status: 431, code: 3, message: "Bad request", context: { message } };
}
