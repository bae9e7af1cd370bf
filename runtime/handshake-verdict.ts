/**
 * Who may connect: what engine.io 6.6 (`server.ts`, `verify`) checks of a WebSocket handshake, and the origin. A real
 * server's `cors` option only guards its HTTP long-polling, which does not exist here, so it guards the WebSocket.
 */
import type { HandshakeRequest } from "./handshake-request.js";
import { reportError } from "./log.js";
import type { ServerOptions } from "./socket-io-internals.js";

export interface Refusal {
  readonly status: number;
  /** Of engine.io, as in `connection_error`. */
  readonly code: number;
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
}

export async function verifyHandshake(
  options: ServerOptions,
  request: HandshakeRequest,
): Promise<Refusal | undefined> {
  const { EIO: protocol, transport, sid } = request._query;
  if (protocol !== undefined) {
    if (protocol !== "4") return refusal(400, 5, "Unsupported protocol version", { protocol });
    if (transport !== "websocket") return refusal(400, 0, "Transport unknown", { transport });
    if (sid !== undefined) return refusal(400, 1, "Session ID unknown", { sid });
  }
  const { origin } = request.headers;
  if (origin !== undefined && !(await isOriginAllowed(options.cors, origin, request).catch(failedCors))) {
    return refusal(403, 4, "Forbidden", { message: "origin not allowed by the cors option", origin });
  }
  return askAllowRequest(options, request);
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
