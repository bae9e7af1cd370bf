/** socket.io writes a packet part by part; here they become whole packets again. */
import type { EncodedPart } from "./encoded-part.js";
import type { PacketCodec } from "./packet-codec.js";
import type { PacketHeader } from "./packet-header.js";

export interface OutgoingPacket {
  /** `undefined` for what is no packet. */
  readonly header: PacketHeader | undefined;
  readonly parts: readonly EncodedPart[];
}

/** Returns a function that takes parts in order, and gives the packet that the part completes. */
export function outgoingPackets(codec: PacketCodec): (part: EncodedPart) => OutgoingPacket | undefined {
  let header: PacketHeader | undefined;
  let parts: EncodedPart[] = [];
  return (part) => {
    if (parts.length === 0) header = codec.header(part);
    parts.push(part);
    if (parts.length <= (header?.attachments ?? 0)) return undefined;
    const whole = { header, parts };
    parts = [];
    return whole;
  };
}
