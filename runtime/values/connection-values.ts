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
import type { HandshakeRequest } from "../connection/socket-request.js";
import { reportError } from "../log/log.js";
import type { StoredHandshake } from "../store/store.js";
import { decodeValue } from "../store/value.js";
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

type ObjectName = "request" | "conn" | "client";

export class ConnectionValues {
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
    this.#objects.set("request", { target: request, made: madeRequest(request.connectionId, handshake) });
    this.#add("conn", connection);
    ConnectionValues.#all.set(connection, this);
  }

  /** The library's client, before any user code sees it. Does nothing the second time. */
  meet(client: object): void {
    if (this.#objects.has("client")) return;
    this.#add("client", client);
    for (const [key, value] of ofObject("client", this.#restored)) put(client, key, decodeValue(value));
  }

  snapshot(): Values {
    const values: Values = new Map();
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
 * What `allowRequest` and `generateId` have put on a request, for a connection that is stored for the first
 * time.
 */
export function requestToStore(
  request: HandshakeRequest,
  handshake: StoredHandshake,
  { dataBytes }: Limits,
): ReadonlyValues {
  const values = changesOf(request, madeRequest(request.connectionId, handshake), "socket.request.");
  const shared = new Map([...values].map(([key, value]) => [`request.${key}`, value]));
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

function madeRequest(connectionId: string, handshake: StoredHandshake): Made {
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
    connectionId,
  };
  return { values: { ...request } };
}

function ofObject(object: ObjectName, values: ReadonlyValues): ReadonlyValues {
  if (values.size === 0) return NO_VALUES;
  const prefix = `${object}.`;
  const own = [...values].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, value]) => [name.slice(prefix.length), value]));
}
