/**
 * The HTTP request of the handshake as socket.io and `allowRequest` read it, made from the `$connect` event, and made again
 * from what was stored of it: messages carry no headers (`aws-facts.md` §2).
 */
import type { ConnectEvent } from "./gateway-event.js";
import type { StoredHandshake } from "./store/store.js";

/** The part of `http.IncomingMessage` that exists here, with the names that Node and Engine.IO give it. */
export interface HandshakeRequest {
  readonly method: "GET";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly _query: StoredHandshake["query"];
  readonly connection: { readonly remoteAddress: string; readonly encrypted: boolean };
  readonly socket: HandshakeRequest["connection"];
  readonly connectionId: string;
}

/** Keys of the upgrade itself, its trace, and the rest that no app reads. The smaller the item, the cheaper each write. */
const DROPPED_HEADERS = new Set([
  "connection",
  "upgrade",
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-extensions",
  "x-amzn-trace-id",
  "accept-encoding",
  "cache-control",
  "pragma",
]);

export function handshakeOf(event: ConnectEvent): StoredHandshake {
  const headers = Object.entries(event.multiValueHeaders ?? {})
    .map(([name, values]) => [name.toLowerCase(), values] as const)
    .filter(([name]) => !DROPPED_HEADERS.has(name))
    .map(([name, values]) => [name, values.join(name === "cookie" ? "; " : ", ")]);
  const query = event.multiValueQueryStringParameters ?? {};
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, values]) => values.map((value): [string, string] => [name, value])),
  );
  return {
    headers: Object.fromEntries(headers),
    query: Object.fromEntries(
      Object.entries(query).map(([name, values]) => [
        name,
        values.length === 1 ? (values[0] ?? "") : [...values],
      ]),
    ),
    url: `/${event.requestContext.stage}/${search.size > 0 ? `?${search}` : ""}`,
    address: event.requestContext.identity.sourceIp,
    secure: headers.some(([name, value]) => name === "x-forwarded-proto" && value === "https"),
  };
}

export function toRequest(connectionId: string, handshake: StoredHandshake): HandshakeRequest {
  const connection = { remoteAddress: handshake.address, encrypted: handshake.secure };
  return {
    method: "GET",
    url: handshake.url,
    headers: handshake.headers,
    _query: handshake.query,
    connection,
    socket: connection,
    connectionId,
  };
}
