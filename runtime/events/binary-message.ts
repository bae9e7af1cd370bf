/**
 * One part of a client's binary packet: `attachments.ts` keeps it until all of them have come.
 *
 * A client that sends parts which belong to nothing is closed with upstream's errors.
 */
import { assemble, type Part } from "../connection/attachments.js";
import type { Connection } from "../connection/connection.js";
import { closeByServer } from "../connection/ending.js";
import { LostPartError } from "../errors.js";
import type { EncodedPart } from "../protocol/encoded-part.js";
import { countBinaries } from "../protocol/nesting.js";
import type { PacketCodec } from "../protocol/packet-codec.js";

/**
 * Returns the whole packet where this part completes it.
 *
 * @throws LostPartError where another part got lost on our side.
 */
export async function takePart(
  connection: Connection,
  part: Part,
): Promise<readonly EncodedPart[] | undefined> {
  const { runtime, backend, id } = connection;
  const assembly = await assemble(backend.attachments, id, part);
  switch (assembly.kind) {
    case "incomplete":
      return undefined;
    case "violation":
      refusePart(connection, part.encoded);
      return undefined;
    case "lost":
      throw new LostPartError();
    case "packet":
      if (namesEachOnce(runtime.codec, assembly.parts)) return assembly.parts;
      closeByServer(connection, "parse error");
      return undefined;
  }
}

/**
 * As upstream, whose parser gives the reason: an attachment that no header announced, or a text where an
 * attachment is due. The connection closes.
 */
export function refusePart(connection: Connection, part: EncodedPart): void {
  connection.receive(typeof part === "string" ? [part, part] : [part]);
}

/**
 * A packet that names one attachment in many places makes an app that passes it on send it as often, in a
 * post each. No encoder makes such a packet. One that cannot be decoded goes on to socket.io, which closes
 * the connection for it.
 */
function namesEachOnce(codec: PacketCodec, parts: readonly EncodedPart[]): boolean {
  const packet = codec.decode(parts);
  return !packet || countBinaries(packet.data) < parts.length;
}
