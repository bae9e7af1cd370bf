/**
 * Three encodings of the same Socket.IO packets at the engine's edge, so that the app need not know who
 * speaks which. A client whose handshake has `EIO` in its query speaks Engine.IO, of revision 4 where it says
 * so; any other sends plain JSON.
 */
import { engineIo } from "./engine-io.js";
import { engineIo3 } from "./engine-io-3.js";
import type { Incoming, Protocol, ProtocolName } from "./incoming.js";
import type { PacketCodec } from "./packet-codec.js";
import { plain, plainError } from "./plain.js";

/**
 * What a frame says, whatever it is: an error in the middle of it, such as a stack that ends at what is
 * nested too deep, is the client's doing, and must not look like trouble of ours, which would bring the event
 * again.
 */
export function decodeFrame(name: ProtocolName, frame: string, codec: PacketCodec): Incoming {
  try {
    return protocolOf(name).decode(frame, codec);
  } catch {
    if (name !== "plain") return { kind: "violation", reason: "parse error" };
    return { kind: "rejected", answer: plainError("not_json", "The message is nested too deep.") };
  }
}

const PROTOCOLS: Readonly<Record<ProtocolName, Protocol>> = {
  "engine.io": engineIo,
  "engine.io-3": engineIo3,
  plain,
};

export function protocolOf(name: ProtocolName): Protocol {
  return PROTOCOLS[name];
}

/** What a client speaks, by the query of its handshake. As upstream, what is not revision 4 counts as 3. */
export function protocolNamed({ EIO }: Readonly<Record<string, unknown>>): ProtocolName {
  if (EIO === undefined) return "plain";
  return EIO === "4" ? "engine.io" : "engine.io-3";
}
