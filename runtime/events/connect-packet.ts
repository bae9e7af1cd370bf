/**
 * A client asks for a namespace: how many it may be in, how long their names are, and how large its `auth`
 * is. A refused CONNECT is answered with a CONNECT_ERROR whose `data.code` says why. And a CONNECT may
 * overtake the DISCONNECT before it.
 */

import type { Connection } from "../connection/connection.js";
import { recentlyLeft } from "../connection/left-namespaces.js";
import { bringSession } from "../connection/rehydrate.js";
import { UnstorableValueError } from "../errors.js";
import { warnOnce } from "../log/log.js";
import type { EncodedPart } from "../protocol/encoded-part.js";
import type { PacketHeader } from "../protocol/packet-header.js";
import { PacketType } from "../protocol/packet-type.js";
import { plainError } from "../protocol/plain.js";
import { protocolOf } from "../protocol/protocol.js";
import type { StoredConnection, StoredSession } from "../store/store.js";
import { bytesOf, encodeValue } from "../store/value.js";
import { lookWithin } from "../user-code/event-waits.js";
import { roomLeft } from "../values/item-room.js";

type ConnectErrorCode =
  | "too_many_namespaces"
  | "namespace_name_too_long"
  | "auth_too_large"
  | "connection_full";

interface ConnectRefusal {
  readonly message: string;
  readonly code: ConnectErrorCode;
}

/** A session is some 100 bytes, and its name stands there up to 7 times. */
const SESSION_BYTES = 500;
const NAMES_A_SESSION = 7;

/** Answers a CONNECT that is over a limit, and returns whether it did. */
export function refuseConnect(
  connection: Connection,
  namespace: string,
  parts: readonly EncodedPart[],
): boolean {
  const refusal = refusalOf(connection, namespace, parts);
  if (!refusal) return false;
  const { message, code } = refusal;
  const { codec } = connection.runtime;
  const packet = codec.encode({
    type: PacketType.CONNECT_ERROR,
    nsp: namespace,
    data: { message, data: { code } },
  });
  connection.send(packet.flatMap(protocolOf(connection.stored.protocol).encoder(codec)));
  warnOnce(`A client was refused with "${code}" (docs/options.md#limits).`);
  return true;
}

function refusalOf(
  { runtime, stored, sessions }: Connection,
  namespace: string,
  parts: readonly EncodedPart[],
): ConnectRefusal | undefined {
  const { limits, codec } = runtime;
  const nameBytes = Buffer.byteLength(namespace);
  if (nameBytes > limits.namespaceNameBytes) {
    return { code: "namespace_name_too_long", message: "The name of the namespace is too long" };
  }
  const known = new Set([...stored.sessions.keys(), ...recentlyLeft(stored), ...sessions.keys()]);
  if (!known.has(namespace) && known.size >= limits.namespaces) {
    return { code: "too_many_namespaces", message: "Too many namespaces on one connection" };
  }
  const authBytes = bytesOfAuth(codec.decoder(), parts, nameBytes);
  if (authBytes > limits.authBytes)
    return { code: "auth_too_large", message: "The auth payload is too large" };
  if (authBytes + SESSION_BYTES + NAMES_A_SESSION * nameBytes > roomLeft(stored)) {
    return { code: "connection_full", message: "The connection has no space left" };
  }
  return undefined;
}

/**
 * That of a client of Socket.IO 2 is the query of the namespace. 0 for what the parser refuses: socket.io
 * closes the connection for it.
 */
function bytesOfAuth(
  decode: (part: EncodedPart) => { readonly nsp: string; readonly data?: unknown } | undefined,
  parts: readonly EncodedPart[],
  nameBytes: number,
): number {
  try {
    const [packet] = parts.flatMap((part) => decode(part) ?? []);
    if (packet?.data !== undefined) return bytesOf(encodeValue("auth", packet.data));
    return packet ? Buffer.byteLength(packet.nsp) - nameBytes : 0;
  } catch (error) {
    return error instanceof UnstorableValueError ? Number.POSITIVE_INFINITY : 0; // nested without end
  }
}

/** How long the event of a DISCONNECT may take that the client sent just before. */
const DISCONNECT_WAIT_MS = 1_000;

/**
 * `socket.disconnect().connect()` in a client: its CONNECT may overtake its DISCONNECT. Where none was under
 * way, socket.io closes the connection, for a namespace can be joined once ("invalid state").
 */
export async function handleSecondConnect(
  connection: Connection,
  { namespace, id }: PacketHeader,
  stored: StoredSession,
  parts: readonly EncodedPart[],
): Promise<void> {
  if (connection.stored.protocol === "plain") {
    const message = `You are connected to "${namespace}" already.`;
    return connection.send([plainError("already_connected", message, id)]);
  }
  const hasLeft = async () => {
    const found = await connection.backend.connections.load(connection.id);
    if (!found) return "gone" as const;
    const isThere = found.sessions.get(namespace)?.sid === stored.sid || leavesRows(found, namespace);
    return isThere ? undefined : found;
  };
  const now = await lookWithin(DISCONNECT_WAIT_MS, hasLeft, { notedAfterMs: 0 });
  if (now === "gone") return;
  if (now) {
    connection.reload(now);
    await connection.connect(namespace, parts);
    return;
  }
  await bringSession(connection, namespace, stored);
  connection.receive(parts);
}

/**
 * A client of Socket.IO 2 has the same id when it comes back to a namespace. An event that removes the rows
 * of its former socket would take those of the new one.
 */
export async function rowsAreGone(connection: Connection, namespace: string): Promise<void> {
  if (!leavesRows(connection.stored, namespace)) return;
  await lookWithin(DISCONNECT_WAIT_MS, async () => {
    const found = await connection.backend.connections.load(connection.id);
    return !found || !leavesRows(found, namespace) ? true : undefined;
  });
}

function leavesRows({ protocol, strays }: StoredConnection, namespace: string): boolean {
  return protocol === "engine.io-3" && strays.some((stray) => stray.namespace === namespace);
}

/** `socket.connect().disconnect()` in a client: its DISCONNECT may overtake its CONNECT. */
export async function comesIn(connection: Connection, namespace: string): Promise<boolean> {
  const found = await lookWithin(DISCONNECT_WAIT_MS, async () => {
    const now = await connection.backend.connections.load(connection.id);
    return !now || now.sessions.has(namespace) ? { now } : undefined;
  });
  if (!found?.now) return false;
  connection.reload(found.now);
  return true;
}
