/**
 * A client that began with long-polling wants to upgrade: its WebSocket is let in, and takes over when it has
 * been tried (`upgrade.ts`). What its sockets know of the handshake is what the first request said, as
 * upstream. Nothing is sent: the client speaks first.
 *
 * Cost: 1 read and 2 writes.
 */

import { queuesOf } from "../polling/polling-backend.js";
import type { Refusal } from "../protocol/refusal.js";
import type { Probe, Runtime } from "../runtime.js";
import { pollingConnectionId } from "../store/polling-store.js";

/** The key of a table has 2,048 at most (DynamoDB service quotas), and no session has a longer id. */
const MAX_SID_BYTES = 2_000;

/** Resolves with the refusal, where the session cannot be upgraded. */
export async function onProbe(
  { backend }: Runtime,
  { sid, connectionId, connectedAt }: Probe,
): Promise<Refusal | undefined> {
  const isKey = Buffer.byteLength(sid) <= MAX_SID_BYTES;
  const former = isKey ? await backend.connections.load(pollingConnectionId(sid)) : undefined;
  if (!former) return { status: 400, code: 1, message: "Session ID unknown", context: { sid } };
  const { endpoint } = backend;
  // Its first message comes behind our answer, and so finds both.
  const [isCandidate] = await Promise.all([
    queuesOf(backend).probe(sid, connectionId),
    backend.connections.create({ ...former, connectionId, endpoint, connectedAt, upgrades: sid }),
  ]);
  if (isCandidate) return undefined;
  await backend.connections.forget(connectionId);
  // It polls for good, or has upgraded, or another WebSocket is upgrading it.
  return { status: 400, code: 3, message: "Bad request", context: { name: "TRANSPORT_MISMATCH" } };
}
