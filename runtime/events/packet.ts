/** One packet of a client, of a namespace that it is in, comes to, or has never been in. */
import { handOverAnswer } from "../connection/ack-answers.js";
import type { Connection } from "../connection/connection.js";
import { closeByServer } from "../connection/ending.js";
import { ensureGreeted, isGreeted } from "../connection/greeting.js";
import { hasOverstayed } from "../connection/newcomers.js";
import { bringSession } from "../connection/rehydrate.js";
import type { EncodedPart } from "../protocol/encoded-part.js";
import type { PacketHeader } from "../protocol/packet-header.js";
import { PacketType } from "../protocol/packet-type.js";
import { notConnected } from "../protocol/plain.js";
import type { StoredSession } from "../store/store.js";
import { comesIn, handleSecondConnect, refuseConnect, rowsAreGone } from "./connect-packet.js";

export interface Packet {
  readonly header: PacketHeader;
  readonly parts: readonly EncodedPart[];
}

export async function handlePacket(connection: Connection, packet: Packet): Promise<void> {
  const { header, parts } = packet;
  const { namespace, type } = header;
  if (type === PacketType.CONNECT && refuseConnect(connection, namespace, parts))
    return closeOverstayed(connection);
  const stored = connection.stored.sessions.get(namespace);
  if (!stored) return handleWithoutSession(connection, packet);
  switch (type) {
    case PacketType.ACK:
    case PacketType.BINARY_ACK:
      return handOverAnswer(connection, stored, header, parts);
    case PacketType.CONNECT:
      return handleSecondConnect(connection, header, stored, parts);
    case PacketType.DISCONNECT:
      return handleDisconnect(connection, namespace, stored, parts);
    default: {
      const [first = ""] = parts;
      await bringSession(connection, namespace, stored, connection.runtime.codec.eventName(first));
      connection.receive(parts);
    }
  }
}

/**
 * The event that removes the session runs its `disconnect` handlers, and `$disconnect` may be on its way too.
 * So the session is removed first.
 */
async function handleDisconnect(
  connection: Connection,
  namespace: string,
  stored: StoredSession,
  parts: Packet["parts"],
): Promise<void> {
  const { connections } = connection.backend;
  if (!(await connections.removeSession(connection.id, namespace, stored.sid, stored.rooms))) return;
  const session = await bringSession(connection, namespace, stored);
  session?.removedAhead();
  connection.receive(parts);
}

async function handleWithoutSession(connection: Connection, packet: Packet): Promise<void> {
  const { header, parts } = packet;
  const { namespace, type, id } = header;
  const { protocol } = connection.stored;
  const isConnectedByServer = protocol === "engine.io-3" && namespace === "/"; // the client does not ask
  if (isConnectedByServer && (await isGreeted(connection))) {
    return handlePacket(connection, packet);
  } else if (type === PacketType.CONNECT) {
    await rowsAreGone(connection, namespace);
    const outcome = await connection.connect(namespace, parts);
    if (outcome === "refused") closeOverstayed(connection);
  } else if (protocol === "plain") {
    if (namespace === "/" && (await ensureGreeted(connection))) return handlePacket(connection, packet);
    connection.send([notConnected(namespace, id)]);
    closeOverstayed(connection);
  } else if (type === PacketType.DISCONNECT && (await comesIn(connection, namespace))) {
    return handlePacket(connection, packet);
  } else {
    connection.receive(parts); // socket.io closes the connection: "invalid state"
  }
}

/**
 * Behind what it was answered. It costs nothing here, for the item has been read; a silent client is left to
 * the heartbeat.
 */
function closeOverstayed(connection: Connection): void {
  if (hasOverstayed(connection)) closeByServer(connection, "forced server close");
}
