/**
 * `socket.request`: the HTTP request of the handshake as socket.io and `allowRequest` read it. It is made
 * again from what was stored of it in each event, for messages carry no headers (`aws-facts.md` §2).
 */
import type { StoredHandshake } from "../store/store.js";

/** The part of `http.IncomingMessage` that exists here, with the names that Node and Engine.IO give it. */
export interface HandshakeRequest {
  /** "GET", but of a request that posts. */
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly _query: StoredHandshake["query"];
  readonly connection: { readonly remoteAddress: string; readonly encrypted: boolean };
  readonly socket: HandshakeRequest["connection"];
  readonly connectionId: string;
}

/** The request with other headers. What the app has put on it stays as it is, getters too. */
export function withHeaders(
  request: HandshakeRequest,
  { headers }: Pick<StoredHandshake, "headers">,
): HandshakeRequest {
  const own = Object.getOwnPropertyDescriptors(request);
  return Object.create(Object.getPrototypeOf(request), {
    ...own,
    headers: { value: headers, enumerable: true },
  });
}

/** With copies: what the app changes of a request must not be taken for what came with it. */
export function toRequest(connectionId: string, handshake: StoredHandshake): HandshakeRequest {
  const connection = { remoteAddress: handshake.address, encrypted: handshake.secure };
  return {
    method: "GET",
    url: handshake.url,
    headers: { ...handshake.headers },
    _query: copyOf(handshake.query),
    connection,
    socket: connection,
    connectionId,
  };
}

function copyOf(query: StoredHandshake["query"]): StoredHandshake["query"] {
  const copy = { ...query };
  for (const [name, value] of Object.entries(copy)) if (Array.isArray(value)) copy[name] = [...value];
  return copy;
}
