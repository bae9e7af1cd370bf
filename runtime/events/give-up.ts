/** What becomes of a client whose message was lost. */

import { reportError } from "../log/log.js";
import type { Runtime } from "../runtime.js";

/**
 * A message got lost, for instance because DynamoDB refused all tries: its client would wait for an answer
 * that never comes. It is closed, as by a server that breaks down, and may come again.
 */
export async function giveUp({ backend }: Runtime, connectionId: string): Promise<void> {
  await backend.delivery
    .close({ connectionId, endpoint: backend.endpoint, protocol: "plain" })
    .catch((error: unknown) => reportError("delivery", error, `closing ${connectionId}`));
}
