/** One encoded Socket.IO packet, as the frames that each protocol makes of it; made once, however many get it. */
import type { PacketCodec } from "./protocol/packet-codec.js";
import { protocolOf } from "./protocol/protocol.js";
import type { EncodedPart } from "./socket-io-internals.js";
import type { ProtocolName } from "./store/store.js";

export class Frames {
  readonly #byProtocol = new Map<ProtocolName, readonly string[]>();

  constructor(
    private readonly parts: readonly EncodedPart[],
    private readonly codec: PacketCodec,
  ) {}

  of(protocol: ProtocolName): readonly string[] {
    const made = this.#byProtocol.get(protocol);
    if (made) return made;
    const encode = protocolOf(protocol).encoder(this.codec);
    const frames = this.parts.flatMap((part) => encode(part));
    this.#byProtocol.set(protocol, frames);
    return frames;
  }
}
