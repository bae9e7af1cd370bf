/**
 * Binary packets of a client: a header with the number of attachments, then the attachments, each a message of its own,
 * and so each an event that may run anywhere. Each puts its part into the table; whoever sees the packet complete takes
 * it and goes on with it.
 *
 * An attachment does not say to which header it belongs. The gateway's time of receipt orders the parts, to the
 * millisecond; within one, the message id does, which begins with a time in all events that were published (unconfirmed as
 * a rule). So one attachment a packet is safe; that several keep their places is to be tested on AWS.
 *
 * Price: a write (1 unit a KB), a read and a delete a part.
 */
import type { PacketCodec } from "./protocol/packet-codec.js";
import type { EncodedPart } from "./socket-io-internals.js";
import type { AttachmentStore } from "./store/store.js";

interface StoredPart {
  readonly order: string;
  readonly part: EncodedPart;
}

/** Returns a whole packet if this part completes it, and nothing otherwise. */
export async function assemble(
  store: AttachmentStore,
  codec: PacketCodec,
  connectionId: string,
  order: string,
  part: EncodedPart,
): Promise<readonly EncodedPart[] | undefined> {
  await store.put(connectionId, order, part);
  const complete = completePacket(await store.list(connectionId), codec, order);
  const [header, ...attachments] = complete ?? [];
  // Two events may see the same packet complete: the header goes to one of them.
  if (!header || !(await store.take(connectionId, header.order))) return undefined;
  await Promise.all(attachments.map((attachment) => store.take(connectionId, attachment.order)));
  return [header.part, ...attachments.map((attachment) => attachment.part)];
}

/** The gateway's time of receipt, then its id of the message, as bytes: the letters of base64 do not sort as they do. */
export function orderOf(requestTimeEpoch: number, messageId: string): string {
  return `${String(requestTimeEpoch).padStart(15, "0")} ${Buffer.from(messageId, "base64url").toString("hex")}`;
}

/** The packet that `order` is a part of, if all of it is there. */
function completePacket(
  parts: readonly StoredPart[],
  codec: PacketCodec,
  order: string,
): readonly StoredPart[] | undefined {
  const headers = parts.filter(({ part }) => typeof part === "string");
  const attachments = parts.filter(({ part }) => typeof part !== "string");
  const wanted = (header: StoredPart) => codec.header(header.part)?.attachments ?? 0;

  // With one packet under way there is no doubt, however its parts lie.
  const [only] = headers;
  if (only && headers.length === 1) {
    return attachments.length === wanted(only) ? [only, ...attachments] : undefined;
  }
  // With several, each header takes those that were received next.
  let rest = attachments;
  for (const header of headers) {
    const own = rest.filter((attachment) => attachment.order > header.order).slice(0, wanted(header));
    if (own.length === wanted(header) && [header, ...own].some((part) => part.order === order))
      return [header, ...own];
    rest = rest.filter((attachment) => !own.includes(attachment));
  }
  return undefined;
}
