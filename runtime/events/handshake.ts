/** What a `$connect` event, or a request, tells of the handshake, and what of that is stored. */

import { forgottenHeaders } from "../connection/forgotten-headers.js";
import { FRONT_DOOR } from "../contract.js";
import { type HttpEvent, type Viewer, viewerOf } from "../polling/http-event.js";
import type { StoredHandshake } from "../store/store.js";
import type { ConnectEvent } from "./invocation.js";

/**
 * Keys of the upgrade itself, its trace, and the rest that no app reads. The smaller the item, the cheaper
 * each write.
 */
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
  "content-length",
  FRONT_DOOR.keyHeader,
  FRONT_DOOR.viewerHeader,
  FRONT_DOOR.hostHeader,
]);

/** @param path of Socket.IO, for a client that has come through the front door; others see the stage's. */
export function handshakeOf(event: ConnectEvent, path: string): StoredHandshake {
  const all = Object.entries(event.multiValueHeaders ?? {}).map(
    ([name, values]) =>
      [name.toLowerCase(), values.join(name.toLowerCase() === "cookie" ? "; " : ", ")] as const,
  );
  const query = event.multiValueQueryStringParameters ?? {};
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, values]) => values.map((value): [string, string] => [name, value])),
  );
  const viewer = viewerOf(Object.fromEntries(all));
  const base = viewer.address === undefined ? `/${event.requestContext.stage}/` : `${path}/`;
  return {
    ...kept(all, viewer),
    query: Object.fromEntries(
      Object.entries(query).map(([name, values]) => [
        name,
        values.length === 1 ? (values[0] ?? "") : [...values],
      ]),
    ),
    url: `${base}${search.size > 0 ? `?${search}` : ""}`,
    address: viewer.address ?? event.requestContext.identity.sourceIp,
  };
}

export function httpHandshakeOf(event: HttpEvent): StoredHandshake {
  const { rawPath, rawQueryString, cookies = [], requestContext } = event;
  const viewer = viewerOf(event.headers);
  const cookie = cookies.length > 0 ? { cookie: cookies.join("; ") } : {};
  const query: Record<string, string | string[]> = Object.create(null);
  const search = new URLSearchParams(rawQueryString);
  for (const name of new Set(search.keys())) {
    const values = search.getAll(name);
    query[name] = values.length === 1 ? (values[0] ?? "") : values;
  }
  return {
    ...kept(Object.entries({ ...event.headers, ...cookie }), viewer),
    query: { ...query },
    url: rawPath + (rawQueryString === "" ? "" : `?${rawQueryString}`),
    address: viewer.address ?? requestContext.http.sourceIp,
  };
}

function kept(
  all: readonly (readonly [string, string])[],
  { host }: Viewer,
): Pick<StoredHandshake, "headers" | "secure"> {
  const headers = all.filter(([name]) => !DROPPED_HEADERS.has(name));
  return {
    headers: { ...Object.fromEntries(headers), ...(host !== undefined && { host }) },
    secure: headers.some(([name, value]) => name === "x-forwarded-proto" && value.startsWith("https")),
  };
}

/** What is stored of a handshake: `$connect` itself sees all headers, later events do not see these. */
export function withoutForgotten<T extends Pick<StoredHandshake, "headers">>(handshake: T): T {
  const forgotten = forgottenHeaders();
  if (forgotten.size === 0) return handshake;
  const headers = Object.entries(handshake.headers).filter(([name]) => !forgotten.has(name));
  return { ...handshake, headers: Object.fromEntries(headers) };
}
