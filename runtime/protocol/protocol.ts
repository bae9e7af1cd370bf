/**
 * Two encodings of the same Socket.IO packets at the engine's edge, so that the app cannot tell who speaks which.
 * A client whose handshake has `EIO` in its query speaks Engine.IO; any other sends plain JSON.
 */
import type { EncodedPart } from "../socket-io-internals.js";
import type { ProtocolName } from "../store/store.js";
import { engineIo } from "./engine-io.js";
import type { PacketCodec } from "./packet-codec.js";
import type { PacketHeader } from "./packet-header.js";
import { plain } from "./plain.js";

export type Incoming =
  | { readonly kind: "packet"; readonly header: PacketHeader; readonly parts: readonly EncodedPart[] }
  /** Binary that belongs to a packet's header, which is a frame of its own. */
  | { readonly kind: "attachment"; readonly part: Buffer }
  /** No Socket.IO packet: socket.io says so, and closes the connection. */
  | { readonly kind: "malformed"; readonly part: EncodedPart }
  /** The answer to our ping, and the client's wish to close. */
  | { readonly kind: "pong" | "close" }
  /** Without meaning here. */
  | { readonly kind: "ignored" }
  /** Not of the protocol: the connection closes, as a real server would close it. */
  | { readonly kind: "violation"; readonly reason: "parse error" | "transport error" }
  /** Not understood, and said so in `answer`: the connection lives. */
  | { readonly kind: "rejected"; readonly answer: string };

export interface Protocol {
  readonly name: ProtocolName;
  decode(frame: string, codec: PacketCodec): Incoming;
  /** Returns a function that takes the parts of outgoing packets in order, and gives the frames to send. */
  encoder(codec: PacketCodec): (part: EncodedPart) => readonly string[];
}

export function protocolOf(name: ProtocolName): Protocol {
  return name === "plain" ? plain : engineIo;
}
