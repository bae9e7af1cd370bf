/**
 * What request-time code (`allowRequest`, middlewares, `connection` handlers, `io.engine.on("connection")`)
 * keeps on the objects that all sockets of a connection share: `socket.request`, `socket.conn` and
 * `socket.client`. Of the request also what it changed there.
 *
 * Each key stands in the connection's item for itself, as `request.user`, so two namespaces may write at
 * once. What is as the library made it is not stored.
 */

import type { Limits } from "../client-limits.js";
import type { EngineConnection } from "../connection/engine-connection.js";
import { forgottenHeaders } from "../connection/forgotten-headers.js";
import { type HandshakeRequest, REQUEST_INTERNALS } from "../connection/socket-request.js";
import { reportError } from "../log/log.js";
import type { StoredHandshake } from "../store/store.js";
import { decodeValue, encodeValue, type StoredValue } from "../store/value.js";
import { isPrivate, OF_ENGINE, type RequestMarks } from "./request-marks.js";
import { ValueLimits } from "./value-limits.js";
import {
  changesOf,
  type Made,
  NO_VALUES,
  put,
  putChanges,
  type ReadonlyValues,
  restoreChanges,
  type Values,
} from "./values.js";

/** Before whose middlewares run again. */
const AGAIN = "again.";

type ObjectName = "request" | "conn" | "client";

export class ConnectionValues {
  /** By whose middlewares: the places of those that run again, encoded. */
  readonly #again = new Map<string, StoredValue>();
  /** Keys of the request that cannot be stored, and come back all the same. */
  readonly #comesBack = new Set<string>();
  readonly #objects = new Map<ObjectName, { readonly target: object; readonly made: Made }>();
  /** Of a client that no socket has been met of yet. */
  #restored: ReadonlyValues = NO_VALUES;

  static readonly #all = new WeakMap<object, ConnectionValues>();

  static of(connection: object): ConnectionValues | undefined {
    return ConnectionValues.#all.get(connection);
  }

  /** Has to come before any user code sees the connection. */
  constructor(connection: EngineConnection, handshake: StoredHandshake) {
    const { request } = connection;
    const made = madeRequest(request, handshake, this.#comesBack);
    this.#objects.set("request", { target: request, made });
    this.#add("conn", connection);
    ConnectionValues.#all.set(connection, this);
  }

  /** The library's client, before any user code sees it. Does nothing the second time. */
  meet(client: object): void {
    if (this.#objects.has("client")) return;
    this.#add("client", client);
    for (const [key, value] of ofObject("client", this.#restored)) put(client, key, decodeValue(value));
  }

  /** The places, from 0, of middlewares that run again, of "engine" or a namespace. */
  again(by: string): readonly number[] {
    const places = this.#again.get(by);
    return places === undefined ? [] : (decodeValue(places) as number[]);
  }

  /** Middlewares have run for the first time. */
  marked(by: string, { again, keys }: RequestMarks): void {
    if (again.length === 0) return;
    this.#again.set(by, encodeValue(by, again));
    this.comesBack(keys);
  }

  /** Later events have these keys of the request, though they cannot be stored. */
  comesBack(keys: Iterable<string>): void {
    for (const key of keys) this.#comesBack.add(key);
  }

  snapshot(): Values {
    const values: Values = new Map();
    for (const [by, places] of this.#again) values.set(AGAIN + by, places);
    if (!this.#objects.has("client")) {
      for (const [name, value] of this.#restored) if (name.startsWith("client.")) values.set(name, value);
    }
    for (const [object, { target, made }] of this.#objects) {
      for (const [key, value] of changesOf(target, made, `socket.${object}.`)) {
        values.set(`${object}.${key}`, value);
      }
    }
    return values;
  }

  restore(values: ReadonlyValues): void {
    this.#restored = values;
    for (const [name, value] of values) {
      if (name.startsWith(AGAIN)) this.#again.set(name.slice(AGAIN.length), value);
    }
    for (const [object, { target, made }] of this.#objects) {
      restoreChanges(target, made, ofObject(object, values), `socket.${object}.`);
    }
  }

  /** All that is the library's is there by now. */
  #add(object: ObjectName, target: object): void {
    this.#objects.set(object, { target, made: { values: {}, ignored: new Set(Object.keys(target)) } });
  }
}

/**
 * What middlewares, `allowRequest` and `generateId` have put on a request, for a connection that is stored
 * for the first time.
 *
 * @param marks of the middlewares of `io.engine.use()`.
 */
export function requestToStore(
  request: HandshakeRequest,
  handshake: StoredHandshake,
  { dataBytes }: Limits,
  marks?: RequestMarks,
): ReadonlyValues {
  const again = marks?.again ?? [];
  const comesBack = again.length > 0 ? marks?.keys : undefined;
  const values = changesOf(request, madeRequest(request, handshake, comesBack), "socket.request.");
  const shared = new Map([...values].map(([key, value]) => [`request.${key}`, value]));
  if (again.length > 0) shared.set(`${AGAIN}${OF_ENGINE}`, encodeValue(AGAIN, again));
  const limits = new ValueLimits(dataBytes, (error) => reportError("store", error));
  const item = { bytes: Buffer.byteLength(JSON.stringify(handshake)) };
  return limits.fit({ shared: new Map() }, { shared }, item, {
    nameOf: (_, key) => `socket.${key}`,
    event: () => "the handshake",
  }).shared;
}

/** The request of another connection, as its sockets see it. */
export function putShared(request: HandshakeRequest, shared: ReadonlyValues = NO_VALUES): void {
  putChanges(request, ofObject("request", shared));
}

function madeRequest(
  own: HandshakeRequest,
  handshake: StoredHandshake,
  comesBack: ReadonlySet<string> = new Set(),
): Made {
  // The request has copies of its own.
  const connection = { remoteAddress: handshake.address, encrypted: handshake.secure };
  const { url, headers, query: _query } = handshake;
  const request: HandshakeRequest = {
    method: "GET",
    url,
    headers,
    _query,
    connection,
    socket: connection,
    connectionId: own.connectionId,
  };
  return {
    values: { ...request },
    ignored: { has: (key) => REQUEST_INTERNALS.has(key) || isSecret(own, key) },
    isQuiet: (key) => isPrivate(key) || comesBack.has(key) || PASSPORTS.has(key),
  };
}

/**
 * What passport puts on each request that it lets in, also by a token. No app can change that, and an event
 * that calls one of them hears at once that it is no function.
 */
const PASSPORTS: ReadonlySet<string> = new Set([
  "logIn",
  "login",
  "logOut",
  "logout",
  "isAuthenticated",
  "isUnauthenticated",
]);

/**
 * cookie-parser puts the app's secret on each request, beside the cookies; and those are not to be stored
 * where their header is not.
 */
function isSecret(request: HandshakeRequest, key: string): boolean {
  if (!COOKIE_PARSERS.has(key) || !Object.hasOwn(request, "signedCookies")) return false;
  return key === "secret" || forgottenHeaders().has("cookie");
}

const COOKIE_PARSERS: ReadonlySet<string> = new Set(["secret", "cookies", "signedCookies"]);

function ofObject(object: ObjectName, values: ReadonlyValues): ReadonlyValues {
  if (values.size === 0) return NO_VALUES;
  const prefix = `${object}.`;
  const own = [...values].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, value]) => [name.slice(prefix.length), value]));
}
