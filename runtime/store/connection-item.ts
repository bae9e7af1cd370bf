/**
 * The item of a connection, both ways: `dynamo-connections.ts` says how each of its attributes is written.
 */

import { CONNECTIONS } from "../contract.js";
import type { ProtocolName } from "../protocol/incoming.js";
import type { AttributeValue } from "./dynamo-calls.js";
import { expiresAt } from "./expiry.js";
import { itemBytes } from "./item-bytes.js";
import { checkVersion, VERSION_ATTRIBUTE } from "./item-version.js";
import type { StoredConnection, StoredHandshake, StoredSession, Stray } from "./store.js";
import { fromAttribute, fromValues, type StoredValue, toAttribute } from "./value.js";

export type Item = Record<string, AttributeValue>;

export function keyOf(connectionId: string): Item {
  return { [CONNECTIONS.partitionKey]: { S: connectionId } };
}

const SESSION_PREFIX = "session ";

export const SHARED_PREFIX = "shared ";

const ENDED_PREFIX = "endedBy ";

export const WAITING = "waiting";

export const UPGRADES = "upgrades";

const STRAY_PREFIX = "stray ";

/** The id comes first, for it has no spaces. */
export function strayName(namespace: string, sid: string): string {
  return `${STRAY_PREFIX}${sid} ${namespace}`;
}

/** A list, for a set may not be empty. */
export function listOf(rooms: Iterable<string>): AttributeValue {
  return { L: [...rooms].map((S) => ({ S })) };
}

function strayOf(name: string, { L = [] }: AttributeValue): Stray {
  const [, sid = ""] = name.split(" ", 2);
  return { sid, namespace: name.slice(`${STRAY_PREFIX}${sid} `.length), rooms: L.map(({ S = "" }) => S) };
}

export function attributeNames(namespace: string) {
  return {
    session: SESSION_PREFIX + namespace,
    rooms: `rooms ${namespace}`,
    data: `data ${namespace}`,
    properties: `properties ${namespace}`,
    spent: `spent ${namespace}`,
    endedBy: ENDED_PREFIX + namespace,
  };
}

export function toItem(connection: StoredConnection): Item {
  return {
    [CONNECTIONS.partitionKey]: { S: connection.connectionId },
    ...VERSION_ATTRIBUTE,
    endpoint: { S: connection.endpoint },
    protocol: { S: connection.protocol },
    ...(connection.upgrades !== undefined && { [UPGRADES]: { S: connection.upgrades } }),
    handshake: { S: JSON.stringify(connection.handshake) },
    ...Object.fromEntries(
      [...(connection.shared ?? [])].map(([key, value]) => [SHARED_PREFIX + key, toAttribute(value)]),
    ),
    connectedAt: { N: String(connection.connectedAt) },
    [CONNECTIONS.expiresAt]: { N: String(expiresAt(connection.connectedAt)) },
  };
}

export function checkItem(item: Item): void {
  checkVersion(item, `The connection ${item[CONNECTIONS.partitionKey]?.S}`);
}

export function fromItem(item: Item): StoredConnection {
  checkItem(item);
  const { sessions, shared, left, strays } = named(item);
  return {
    connectionId: item[CONNECTIONS.partitionKey]?.S ?? "",
    endpoint: item.endpoint?.S ?? "",
    protocol: item.protocol?.S as ProtocolName,
    ...(item.leased && { leased: true }),
    handshake: item.handshake?.S === undefined ? NO_HANDSHAKE : JSON.parse(item.handshake.S),
    connectedAt: Number(item.connectedAt?.N),
    shared,
    sessions,
    left,
    strays,
    get bytes() {
      return itemBytes(item); // most events do not ask
    },
    wasClaimed: item.claimedBy !== undefined,
    waiting: new Set(item[WAITING]?.SS),
    upgrades: item[UPGRADES]?.S,
  };
}

/** What stands under names with a prefix, by the rest of the name. */
function named(item: Item) {
  const sessions = new Map<string, StoredSession>();
  const shared = new Map<string, StoredValue>();
  const left = new Map<string, number>();
  const strays: Stray[] = [];
  for (const name in item) {
    const value = item[name] ?? {};
    if (name.startsWith(SESSION_PREFIX)) {
      const namespace = name.slice(SESSION_PREFIX.length);
      sessions.set(namespace, fromSession(item, namespace));
    } else if (name.startsWith(SHARED_PREFIX)) {
      shared.set(name.slice(SHARED_PREFIX.length), fromAttribute(value));
    } else if (name.startsWith(ENDED_PREFIX)) {
      left.set(name.slice(ENDED_PREFIX.length), Number.parseInt(value.S ?? "", 10) || 0);
    } else if (name.startsWith(STRAY_PREFIX)) {
      strays.push(strayOf(name, value));
    }
  }
  return { sessions, shared, left, strays };
}

/** Of an item that was full, and claimed by an environment that died. */
const NO_HANDSHAKE: StoredHandshake = { headers: {}, query: {}, url: "/", address: "", secure: true };

export function sessionAttributes(session: StoredSession): Item {
  return {
    sid: { S: session.sid },
    ...(session.pid !== undefined && { pid: { S: session.pid } }),
    ...(session.parent !== undefined && { parent: { N: String(session.parent) } }),
    ...(session.busySince !== undefined && { busySince: { N: String(session.busySince) } }),
    ...(session.since !== undefined && { since: { N: String(session.since) } }),
    recovered: { BOOL: session.recovered },
    auth: { S: JSON.stringify(session.auth) },
    issued: { N: String(session.issued) },
  };
}

function fromSession(item: Item, namespace: string): StoredSession {
  const names = attributeNames(namespace);
  const session = item[names.session]?.M ?? {};
  return {
    sid: session.sid?.S ?? "",
    pid: session.pid?.S,
    parent: session.parent?.N === undefined ? undefined : Number(session.parent.N),
    since: session.since?.N === undefined ? undefined : Number(session.since.N),
    busySince: session.busySince?.N === undefined ? undefined : Number(session.busySince.N),
    listensLate: session.listensLate?.BOOL ?? false,
    isShared: session.isShared?.BOOL ?? false,
    recovered: session.recovered?.BOOL ?? false,
    auth: JSON.parse(session.auth?.S ?? "{}"),
    issued: Number(session.issued?.N),
    rooms: new Set(item[names.rooms]?.SS),
    data: fromValues(item[names.data]?.M),
    properties: fromValues(item[names.properties]?.M),
    spent: new Set(item[names.spent]?.SS),
  };
}
