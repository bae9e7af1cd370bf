/**
 * Packets that waited for a client's next GET when its session by long-polling ended. Most are in the log
 * behind the client's offset, and a recovery finds them there. The others were sent earlier, and overtaken on
 * their way into the queue; or to a room that the socket has left since.
 *
 * A client gets its queue from the front. So what stands behind the packet that it got last has not reached
 * it; and if that one is there no more, nothing of what is left has.
 */
import type { PacketCodec } from "../protocol/packet-codec.js";
import { decodeFrame } from "../protocol/protocol.js";
import type { Runtime } from "../runtime.js";
import type { QueuedPacket } from "../store/polling-store.js";
import type { LoggedPacket, LostSession } from "../store/recovery-store.js";
import { isOffset } from "./offset.js";

/**
 * Those that the recovery does not have from the log (`has`), now the caller's to deliver. A sender that
 * posts to the session from now on is told that it is over.
 *
 * Cost: 1 write and 1 read, where the session polled; and 1 write for each that is found.
 */
export async function takeUnread(
  { backend, codec }: Runtime,
  namespace: string,
  { queue }: LostSession,
  from: string,
  has: (offset: string) => boolean,
): Promise<readonly LoggedPacket[]> {
  const { polling } = backend;
  if (queue === undefined || !polling) return [];
  await polling.close(queue, "closed");
  const left = (await polling.left(queue)).flatMap((queued) => recoverable(codec, namespace, queued));
  const unread = left.slice(left.findIndex(({ packet }) => packet.offset === from) + 1);
  const wanted = unread.filter(({ packet }) => !has(packet.offset));
  const taken = await Promise.all(wanted.map(({ key }) => polling.take(queue, key)));
  return wanted.filter((_, index) => taken[index]).map(({ packet }) => packet);
}

/** As upstream, only what bears an offset comes again: no acks, and nothing volatile. */
function recoverable(codec: PacketCodec, namespace: string, { key, frames }: QueuedPacket) {
  const parts = frames.flatMap((frame) => {
    const sent = decodeFrame("engine.io", frame, codec);
    if (sent.kind === "packet") return sent.parts;
    return sent.kind === "attachment" ? [sent.part] : [];
  });
  const packet = codec.decode(parts);
  const offset: unknown = packet?.nsp === namespace ? packet.data?.at?.(-1) : undefined;
  if (typeof offset !== "string" || !isOffset(offset)) return [];
  return [{ key, packet: { offset, parts, except: [] } satisfies LoggedPacket }];
}
