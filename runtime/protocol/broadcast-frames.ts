/**
 * One encoded Socket.IO packet, as the frames that each protocol makes of it; made once, however many get it.
 */

import type { EncodedPart } from "./encoded-part.js";
import type { ProtocolName } from "./incoming.js";
import type { PacketCodec } from "./packet-codec.js";
import { protocolOf } from "./protocol.js";

export class Frames {
  readonly #byProtocol = new Map<ProtocolName, readonly string[]>();

  constructor(
    private readonly parts: readonly EncodedPart[],
    private readonly codec: PacketCodec,
  ) {}

  /**
   * Throws where the packet cannot be encoded for that protocol: a plain client's takes more of the stack
   * (`plain.ts`).
   */
  of(protocol: ProtocolName): readonly string[] {
    const made = this.#byProtocol.get(protocol);
    if (made) return made;
    const encode = protocolOf(protocol).encoder(this.codec);
    const frames = this.parts.flatMap((part) => encode(part));
    this.#byProtocol.set(protocol, frames);
    return frames;
  }
}
