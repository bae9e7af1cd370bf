/**
 * What user code keeps on a socket, as the table has it: `socket.data`, the properties that it put on the
 * socket itself, and what it added to `socket.handshake` or changed there.
 *
 * `socket.data` stands key by key where it is a plain object, as it nearly always is. Anything else (a text,
 * an array, a Map) stands whole among the properties, as `data`; what concerns the handshake stands there as
 * `handshake.KEY`.
 */
import type { Socket } from "socket.io";
import { UnstorableValueError } from "../errors.js";
import { warnOnce } from "../log/log.js";
import { SOCKET_PROPERTIES } from "../socket-io/internals.js";
import type { StoredSession } from "../store/store.js";
import { decodeValue, encodeValue, isPlain, type StoredValue, sameValue } from "../store/value.js";
import {
  changesOf,
  decodeAll,
  encodeAll,
  type Made,
  NO_VALUES,
  put,
  putChanges,
  type ReadonlyValues,
  restoreAll,
  restoreChanges,
  type Values,
} from "./values.js";

export interface SessionValues {
  readonly data: ReadonlyValues;
  readonly properties: ReadonlyValues;
}

export function snapshot(socket: Socket): SessionValues {
  const whole = wholeData(socket.data);
  const properties: Values = new Map();
  if (whole !== undefined) properties.set(DATA, whole);
  for (const [key, value] of encodeAll(socket, ownProperties(socket), "socket.")) {
    properties.set(propertyName(key), value);
  }
  for (const [key, value] of changesOf(socket.handshake, madeHandshake(socket), "socket.handshake.")) {
    properties.set(HANDSHAKE + key, value);
  }
  return { data: whole === undefined ? dataByKey(socket.data) : NO_VALUES, properties };
}

/**
 * Puts back what differs from what is on the socket. A replayed `connection` handler sets its initial values
 * again; a value that it did not touch stays the same object, so a reference that it kept stays good. Before
 * the replay, `socket.data` is an object in any case, as it was at the real CONNECT: the handler may set keys
 * of it.
 */
export function restoreValues(socket: Socket, saved: SessionValues, when: "before replay" | "after"): void {
  const { whole, own, handshake } = split(saved.properties);
  if (whole === undefined) restoreDataByKey(socket, saved.data);
  else restoreWholeData(socket, decodeValue(whole), when);
  restoreAll(socket, own, ownProperties(socket), "socket.");
  restoreChanges(socket.handshake, madeHandshake(socket), handshake, "socket.handshake.");
  const first = firsts.get(socket.handshake);
  // The app has it now, and may change it.
  if (first?.decoded === socket.handshake.auth) {
    firsts.set(socket.handshake, { ...first, ...firstAuth(first.auth) });
  }
}

/** The `socket.data` that stands in the table. */
export function dataOf({ data, properties }: SessionValues): unknown {
  const whole = properties.get(DATA);
  return whole === undefined ? decodeAll(data) : decodeValue(whole);
}

/** The handshake of a socket of another connection, with what the app has added to it and changed there. */
export function withChanges<Handshake extends object>(
  { properties }: SessionValues,
  handshake: Handshake,
): Handshake {
  putChanges(handshake, split(properties).handshake);
  return handshake;
}

/**
 * A client has recovered its session: the handshake is a new one, and gets back what the app had added to the
 * old.
 */
export function putRecovered(socket: Socket, properties: ReadonlyValues): void {
  const { own, handshake } = split(properties);
  for (const [key, value] of own) put(socket, key, decodeValue(value));
  for (const [key, value] of handshake) {
    if (!Object.hasOwn(socket.handshake, key)) put(socket.handshake, key, decodeValue(value));
  }
}

/** As the app knows it: `socket.data.name`, `socket.handshake.user`. */
export function sessionValueName(map: keyof SessionValues, key: string): string {
  if (map === "data") return `socket.data.${key}`;
  return `socket.${/^\.+handshake\./.test(key) ? key.slice(1) : key}`;
}

const DATA = "data";
const HANDSHAKE = "handshake.";

/** A property of the socket that is called like one of the handshake gets one dot more. */
function propertyName(key: string): string {
  return /^\.*handshake\./.test(key) ? `.${key}` : key;
}

function split(properties: ReadonlyValues) {
  const own: Values = new Map();
  const handshake: Values = new Map();
  for (const [name, value] of properties) {
    if (name.startsWith(HANDSHAKE)) handshake.set(name.slice(HANDSHAKE.length), value);
    else if (name !== DATA) own.set(/^\.+handshake\./.test(name) ? name.slice(1) : name, value);
  }
  return { own, handshake, whole: properties.get(DATA) };
}

/** `undefined` for what stands key by key: a plain object, or what is left of one that has a class. */
function wholeData(data: unknown): StoredValue | undefined {
  if (isObject(data) && isPlain(data)) return undefined;
  try {
    return encodeValue("socket.data", data);
  } catch (error) {
    if (!(error instanceof UnstorableValueError)) throw error;
    warnOnce(error.message);
    return undefined;
  }
}

function dataByKey(data: unknown): Values {
  return isObject(data) ? encodeAll(data, Object.keys(data), "socket.data.") : new Map();
}

function restoreWholeData(socket: Socket, data: unknown, when: "before replay" | "after"): void {
  if (when === "before replay" && !isObject(data)) return;
  // By its encoding a Map with a key of its own is the same as one without.
  const isSame = sameValue(wholeData(socket.data), wholeData(data)) && keysOf(socket.data) === keysOf(data);
  if (!isSame) socket.data = data;
}

function restoreDataByKey(socket: Socket, saved: ReadonlyValues): void {
  if (!isObject(socket.data) || wholeData(socket.data) !== undefined) socket.data = {};
  restoreAll(socket.data, saved, Object.keys(socket.data), "socket.data.");
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function keysOf(value: unknown): number {
  return isObject(value) ? Object.keys(value).length : 0;
}

function ownProperties(socket: Socket): string[] {
  return Object.keys(socket).filter((key) => !SOCKET_PROPERTIES.has(key));
}

interface FirstHandshake {
  /** JSON. */
  readonly auth: string;
  /** What it decodes to; nobody else has this object. */
  readonly decoded: unknown;
  readonly issued: number;
  readonly time: string;
}

/** What handshakes were before user code saw them, where that cannot be read from the request. */
const firsts = new WeakMap<object, FirstHandshake>();

/** Has to come before any user code sees the socket. Does nothing the second time. */
export function meetHandshake({ handshake }: Socket): void {
  const { auth, issued, time } = handshake;
  if (!firsts.has(handshake)) firsts.set(handshake, { ...firstAuth(encodeAuth(auth)), issued, time });
}

/** A rehydrated socket gets the handshake of the real CONNECT. */
export function restoreHandshake({ handshake }: Socket, { auth, issued }: StoredSession): void {
  const time = String(new Date(issued));
  Object.assign(handshake, { auth, issued, time });
  firsts.set(handshake, { ...firstAuth(encodeAuth(auth)), issued, time });
}

/**
 * The handshake to store with a new session, with `auth` as the middlewares left it, as far as JSON can hold
 * it.
 */
export function handshakeToStore(socket: Socket): Pick<StoredSession, "auth" | "issued"> {
  meetHandshake(socket);
  const { handshake } = socket;
  const first = firsts.get(handshake) as FirstHandshake;
  const auth = encodeAuth(handshake.auth, first.auth);
  firsts.set(handshake, { ...first, ...firstAuth(auth) });
  return { auth: decodeValue(auth) as StoredSession["auth"], issued: first.issued };
}

/**
 * What JSON cannot say at all (a cycle, a BigInt) was put there by the app, and stands among the properties.
 */
function encodeAuth(auth: unknown, otherwise = "{}"): string {
  try {
    return JSON.stringify(auth) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function firstAuth(auth: string): Pick<FirstHandshake, "auth" | "decoded"> {
  return { auth, decoded: decodeValue(auth) };
}

/** As `Socket.buildHandshake` makes it of the request as it is now (socket.io 4.8, `socket.ts`). */
function madeHandshake(socket: Socket): Made {
  meetHandshake(socket);
  const { decoded: auth, issued, time } = firsts.get(socket.handshake) as FirstHandshake;
  const request = socket.request as unknown as {
    readonly headers?: Readonly<Record<string, string>>;
    readonly connection?: { readonly encrypted?: boolean };
    readonly url?: string;
    readonly _query?: object;
  };
  const values = {
    headers: request.headers ?? {},
    time,
    address: socket.conn.remoteAddress,
    xdomain: Boolean(request.headers?.origin),
    secure: Boolean(request.connection?.encrypted),
    issued,
    url: request.url,
    query: request._query ?? {},
    auth,
  };
  return { values };
}
