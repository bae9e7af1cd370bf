/** What a frame of a client says, whatever its protocol, and what a protocol does. */
import type { EncodedPart } from "./encoded-part.js";
import type { PacketCodec } from "./packet-codec.js";
import type { PacketHeader } from "./packet-header.js";

/** Engine.IO frames, of revision 4 or 3, or one JSON object a message. */
export type ProtocolName = "engine.io" | "engine.io-3" | "plain";

export type Incoming =
  | { readonly kind: "packet"; readonly header: PacketHeader; readonly parts: readonly EncodedPart[] }
  /** Binary that belongs to a packet's header, which is a frame of its own. */
  | { readonly kind: "attachment"; readonly part: Buffer }
  /** No Socket.IO packet: socket.io says so, and closes the connection. */
  | { readonly kind: "malformed"; readonly part: EncodedPart }
  /** The answer to our ping, and the client's wish to close. */
  | { readonly kind: "pong" | "close" }
  /** The client asks whether we are there. */
  | { readonly kind: "ping"; readonly answer: string }
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
