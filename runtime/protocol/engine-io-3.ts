/**
 * Revision 3 of Engine.IO over WebSocket, which clients of Socket.IO 2 speak (`allowEIO3`). It differs from
 * revision 4 in this: the client pings and the server answers, binary in text begins with `b4`, and a
 * namespace in a packet may have a query (github.com/socketio/engine.io-protocol/tree/v3).
 *
 * The packets inside are the library's own: it learns the revision from `socket.conn.protocol`, and gives
 * such a client its ids, a CONNECT without data, and errors in the form of Socket.IO 2.
 */
import { toBase64 } from "./base64.js";
import { engineIo, PING_FRAME, PONG_FRAME } from "./engine-io.js";
import type { Incoming, Protocol, ProtocolName } from "./incoming.js";

const BINARY = "b4";

export const engineIo3: Protocol = {
  name: "engine.io-3",

  decode(frame, codec) {
    if (frame[0] === PING_FRAME) return { kind: "ping", answer: PONG_FRAME };
    // Upstream calls this "invalid heartbeat direction".
    if (frame[0] === PONG_FRAME) return { kind: "violation", reason: "transport error" };
    const isBinary = frame.startsWith(BINARY);
    return withoutQuery(engineIo.decode(isBinary ? `b${frame.slice(BINARY.length)}` : frame, codec));
  },

  encoder: (codec) => {
    const encode = engineIo.encoder(codec);
    return (part) => (typeof part === "string" ? encode(part) : [BINARY + toBase64(part)]);
  },
};

/** As the library reads it (`client.ts`, `_parseNamespace`). The query is the auth: it stays in the parts. */
function withoutQuery(incoming: Incoming): Incoming {
  if (incoming.kind !== "packet") return incoming;
  const { pathname } = new URL(incoming.header.namespace, "https://socket.io");
  return { ...incoming, header: { ...incoming.header, namespace: pathname } };
}

/** Frames of events, as a client of this protocol gets them: made from those of revision 4. */
export function framesFor(
  protocol: ProtocolName,
  frames: Readonly<Record<"engine.io" | "plain", readonly string[]>>,
): readonly string[] {
  if (protocol !== "engine.io-3") return frames[protocol];
  return frames["engine.io"].map((frame) => (frame[0] === "b" ? BINARY + frame.slice(1) : frame));
}
