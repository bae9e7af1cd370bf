/**
 * Packets that are in the log but lie before the last one that their client has seen: sent earlier, and
 * overtaken on the way, because a post was tried again or an environment was slow. A recovery that reads the
 * log behind the client's offset does not find them. So a post that meets a closed connection (410) leaves a
 * note, and the one that takes the note delivers.
 *
 * One gap is left: a packet that API Gateway took (200) for a client that was already unreachable, and that
 * is older than one that the client got. Nobody is told of it.
 */

import { postErrorHandler } from "../connection/reap.js";
import { PostQueues } from "../delivery/post-queues.js";
import type { StaleMember } from "../delivery/self-invocation.js";
import { protocolOf } from "../protocol/protocol.js";
import type { Runtime } from "../runtime.js";
import type { LoggedPacket, PacketNote, RecoveryStore } from "../store/recovery-store.js";
import type { Member } from "../store/store.js";

/** Packets that met the session's closed connection, now the caller's to deliver. */
export async function takeMissed(
  store: RecoveryStore,
  namespace: string,
  sid: string,
): Promise<readonly PacketNote[]> {
  const notes = await store.missed(namespace, sid);
  const taken = await Promise.all(notes.map(({ offset }) => store.takeMissed(namespace, sid, offset)));
  return notes.filter((_, index) => taken[index]);
}

/** By which the clocks of two environments may differ: what is sent within it may come twice. */
const SKEW_MS = 10;

/** A packet met the closed connection of a session. Delivers it where the session has recovered meanwhile. */
export async function onMissed(
  runtime: Runtime,
  { namespace, member, rooms, offset, loggedAt = 0 }: StaleMember,
): Promise<void> {
  const { recoveryMs, backend } = runtime;
  if (offset === undefined || recoveryMs === undefined) return;
  const { sid } = member;
  const note: PacketNote = { offset, room: rooms[0] ?? null };
  await backend.recovery.noteMissed(namespace, sid, note, recoveryMs);
  const recovered = await recoveredMember(runtime, namespace, sid);
  if (!recovered?.recoveredFrom || recovered.connectionId === member.connectionId) return;
  if (!(await backend.recovery.takeMissed(namespace, sid, offset))) return;
  const { recoveredFrom, recoveredAt = 0 } = recovered;
  // It has it; or got it from the log, if it stood there. A handler that outlives its connection sends later
  // than that.
  const isKnown = offset === recoveredFrom || (offset > recoveredFrom && loggedAt < recoveredAt - SKEW_MS);
  if (isKnown) return;
  const packet = await backend.recovery.packet(namespace, note);
  if (packet) await post(runtime, { namespace, member: recovered, rooms, offset, loggedAt }, packet);
}

async function recoveredMember(
  { backend }: Runtime,
  namespace: string,
  sid: string,
): Promise<Member | undefined> {
  for await (const members of backend.rooms.members(namespace, sid)) {
    const found = members.find((member) => member.sid === sid);
    if (found) return found;
  }
  return undefined;
}

/** It is noted once more where it meets a closed connection once more. */
async function post({ backend, codec }: Runtime, stale: StaleMember, { parts }: LoggedPacket): Promise<void> {
  const to = stale.member;
  const posts = new PostQueues(
    backend.delivery,
    postErrorHandler(backend, () => stale),
  );
  posts.post(to, parts.flatMap(protocolOf(to.protocol).encoder(codec)));
  await posts.drain();
}
