/** What a person calls an event of a client, in a log line: `the event "say" of /chat`. */
import { quote, shownNamespace } from "../log/printable.js";
import type { EncodedPart } from "../protocol/encoded-part.js";
import type { Incoming } from "../protocol/incoming.js";
import type { PacketCodec } from "../protocol/packet-codec.js";
import { PacketType } from "../protocol/packet-type.js";

/** Of a frame that may be no packet. */
export function labelOfFrame(codec: PacketCodec, incoming: Incoming): string {
  if (incoming.kind === "attachment") return "a part of a binary packet";
  return incoming.kind === "packet" ? labelOf(codec, incoming.parts) : `a message (${incoming.kind})`;
}

/** Decodes the packet once more: only for what is rare. */
export function labelOf(codec: PacketCodec, parts: readonly EncodedPart[]): string {
  const header = parts[0] === undefined ? undefined : codec.header(parts[0]);
  if (!header) return "this event";
  const where = shownNamespace(header.namespace);
  switch (header.type) {
    case PacketType.CONNECT:
      return `the CONNECT to ${where}`;
    case PacketType.DISCONNECT:
      return `the DISCONNECT of ${where}`;
    case PacketType.EVENT:
    case PacketType.BINARY_EVENT:
      return `the event ${quote(eventName(codec, parts))} of ${where}`;
    default:
      return `an ack of ${where}`;
  }
}

function eventName(codec: PacketCodec, parts: readonly EncodedPart[]): unknown {
  const decode = codec.decoder();
  try {
    const [packet] = parts.flatMap((part) => decode(part) ?? []);
    return packet?.data?.[0];
  } catch {
    return "?"; // what the parser does not read has closed the connection
  }
}
