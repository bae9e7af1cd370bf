import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

/**
 * The parts of an upgrade request that the `$connect` event shows (aws-facts §2), each name
 * with all its values.
 */
export interface HandshakeRequest {
  /** The `Host` header. */
  host: string;
  sourceIp: string;
  userAgent: string | undefined;
  headers: ReadonlyMap<string, string[]>;
  query: ReadonlyMap<string, string[]>;
}

/**
 * Headers as `$connect` gets them on the default endpoint: well-known names in their canonical casing and
 * others as the client wrote them, without the hop-by-hop ones, and with `X-Forwarded-*` and a trace id
 * added. Proto and port are the true ones of this machine (`http`, the gateway's port), where AWS always says
 * `https` and `443`. `sourceIp` is given where the request came through another server.
 */
export function readHandshakeRequest(
  request: IncomingMessage,
  nowMs: number,
  sourceIp = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, ""),
): HandshakeRequest {
  const port = String(request.socket.localPort ?? "");
  const headers = readHeaders(request.rawHeaders);
  const forwardedFor = headers.get("X-Forwarded-For") ?? [];
  headers.set("X-Amzn-Trace-Id", [traceId(nowMs)]);
  headers.set("X-Forwarded-For", [[...forwardedFor, sourceIp].join(", ")]);
  headers.set("X-Forwarded-Port", [port]);
  headers.set("X-Forwarded-Proto", ["http"]);
  return {
    host: request.headers.host ?? `${request.socket.localAddress}:${port}`,
    sourceIp,
    userAgent: request.headers["user-agent"],
    headers,
    query: readQuery(request.url ?? ""),
  };
}

const CANONICAL_NAMES = new Map(
  [
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "Cache-Control",
    "Cookie",
    "Host",
    "Origin",
    "Pragma",
    "Referer",
    "Sec-WebSocket-Extensions",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Protocol",
    "Sec-WebSocket-Version",
    "User-Agent",
    "X-Amzn-Trace-Id",
    "X-Forwarded-For",
    "X-Forwarded-Port",
    "X-Forwarded-Proto",
  ].map((name) => [name.toLowerCase(), name]),
);

/** What authorizers see and `$connect` does not (§1.2). */
const HIDDEN_NAMES = new Set(["connection", "upgrade", "content-length"]);

function readHeaders(rawHeaders: readonly string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  const firstSpelling = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const rawName = rawHeaders[i] ?? "";
    const lowerName = rawName.toLowerCase();
    if (HIDDEN_NAMES.has(lowerName)) continue;
    const name = CANONICAL_NAMES.get(lowerName) ?? firstSpelling.get(lowerName) ?? rawName;
    firstSpelling.set(lowerName, name);
    headers.set(name, [...(headers.get(name) ?? []), rawHeaders[i + 1] ?? ""]);
  }
  return headers;
}

function readQuery(url: string): Map<string, string[]> {
  const query = new Map<string, string[]>();
  const start = url.indexOf("?");
  if (start === -1) return query;
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    query.set(name, [...(query.get(name) ?? []), value]);
  }
  return query;
}

function traceId(nowMs: number): string {
  const epochSeconds = Math.floor(nowMs / 1000).toString(16);
  return `Root=1-${epochSeconds}-${randomBytes(12).toString("hex")}`;
}
