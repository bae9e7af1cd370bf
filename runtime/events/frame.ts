/** What a frame says: a packet, a part of one, or something that concerns the connection itself. */
import type { Connection } from "../connection/connection.js";
import { closeByServer } from "../connection/ending.js";
import type { Incoming } from "../protocol/incoming.js";
import { refusePart, takePart } from "./binary-message.js";
import { handlePacket } from "./packet.js";

/** @param order of the gateway: see `attachments.ts`. */
export async function handleFrame(connection: Connection, incoming: Incoming, order: string): Promise<void> {
  const { sessions } = connection.stored;
  switch (incoming.kind) {
    case "packet": {
      const { header, parts } = incoming;
      // One that the parser refuses (too many attachments, no JSON) goes to socket.io, which closes the
      // connection for it.
      const isWhole = header.attachments === 0 || !connection.runtime.codec.canDecode(parts);
      if (isWhole) return handlePacket(connection, { header, parts });
      const [encoded = ""] = parts;
      if (!sessions.has(header.namespace)) return refusePart(connection, encoded);
      return handlePart(connection, { order, encoded, announces: header.attachments });
    }
    case "attachment":
      // It belongs to a header, and that to a socket: there can be none before the first socket.
      if (sessions.size === 0) return refusePart(connection, incoming.part);
      return handlePart(connection, { order, encoded: incoming.part, announces: 0 });
    case "ping":
    case "rejected":
      return connection.send([incoming.answer]);
    case "malformed":
      return connection.receive([incoming.part]);
    case "close":
      return closeByServer(connection, "transport close");
    case "pong":
    case "ignored":
      return;
    case "violation":
      return closeByServer(connection, incoming.reason);
  }
}

async function handlePart(connection: Connection, part: Parameters<typeof takePart>[1]): Promise<void> {
  const parts = await takePart(connection, part);
  const header = parts?.[0] && connection.runtime.codec.header(parts[0]);
  if (parts && header) await handlePacket(connection, { header, parts });
}
