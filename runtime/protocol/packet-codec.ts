/** The app's parser (`new Server({ parser })`), both ways. */

import type { Server } from "socket.io";
import type { Packet } from "socket.io-parser";
import { internalsOf, type ServerInternals } from "../socket-io/internals.js";
import type { EncodedPart } from "./encoded-part.js";
import { type PacketHeader, readHeader } from "./packet-header.js";

export class PacketCodec {
  readonly #server: ServerInternals;
  /**
   * The default one has a text for each packet, and its attachments apart; others may have one binary for
   * all.
   */
  readonly isDefaultParser: boolean;

  constructor(server: Server) {
    this.#server = internalsOf(server);
    this.isDefaultParser = this.#server.opts.parser === undefined;
  }

  encode(packet: Packet): readonly EncodedPart[] {
    return this.#server.encoder.encode(packet);
  }

  /**
   * Returns a function that takes parts in order, and the packet when its last part has come. Throws as the
   * parser does.
   */
  decoder(): (part: EncodedPart) => Packet | undefined {
    const decoder = new this.#server._parser.Decoder();
    let decoded: Packet | undefined;
    decoder.on("decoded", (packet: Packet) => {
      decoded = packet;
    });
    return (part) => {
      decoded = undefined;
      decoder.add(part);
      return decoded;
    };
  }

  /** The packet that these parts make; `undefined` where the parser refuses them, or wants more. */
  decode(parts: readonly EncodedPart[]): Packet | undefined {
    const decode = this.decoder();
    try {
      return parts.map((part) => decode(part)).at(-1);
    } catch {
      return undefined; // `problem` says why
    }
  }

  /** Why the parser refuses these parts, if it does. */
  problem(parts: readonly EncodedPart[]): unknown {
    const decode = this.decoder();
    try {
      for (const part of parts) decode(part);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  canDecode(parts: readonly EncodedPart[]): boolean {
    return this.problem(parts) === undefined;
  }

  /** The name in an event's first part, for a person to read. */
  eventName(part: EncodedPart): unknown {
    if (!this.isDefaultParser) return this.decoder()(part)?.data?.[0];
    return /\["((?:[^"\\]|\\.)*)"/.exec(String(part))?.[1];
  }

  /** Type, namespace and ack id of a packet's first part; `undefined` when it cannot be one. */
  header(part: EncodedPart): PacketHeader | undefined {
    if (this.isDefaultParser) return typeof part === "string" ? readHeader(part) : undefined;
    try {
      const packet = this.decoder()(part);
      return packet && { type: packet.type, namespace: packet.nsp, id: packet.id, attachments: 0 };
    } catch {
      return undefined; // the parser's error: the caller closes the connection for it
    }
  }
}
