/**
 * Events that come while the `connection` handler of the real CONNECT still runs, in another environment: a
 * client emits as soon as it is connected, and the handler may be waiting for its database. What it has set,
 * joined and registered by then is what the event would find on a server, and it is stored at the latest when
 * the handler ends. So the event waits.
 *
 * Price: nothing, except for a client that emits while such a handler runs: a read each look. A CONNECT whose
 * handler still ran when its session was stored writes once more at its end, even if it has changed nothing.
 */

import { INTEGRATION_TIMEOUT_MS } from "../aws-limits.js";
import type { StoredSession } from "../store/store.js";
import { lookWithin } from "../user-code/event-waits.js";
import type { Connection } from "./connection.js";

/**
 * A handler may go on for as long as its event may. An event that waited all that time would not help
 * anybody.
 */
const PATIENCE_MS = 3_000;

/**
 * The session once its handler has ended, or as it is after some seconds. `undefined` when it has gone
 * meanwhile.
 */
export async function whenReady(
  connection: Connection,
  namespace: string,
  session: StoredSession,
): Promise<StoredSession | undefined> {
  if (!isBusy(session)) return session;
  let now: StoredSession | undefined = session;
  await lookWithin(PATIENCE_MS, async () => {
    const stored = await connection.backend.connections.load(connection.id);
    if (stored) connection.reload(stored);
    now = stored?.sessions.get(namespace);
    return now && isBusy(now) ? undefined : "ended";
  });
  return now;
}

/** No event lives longer: an older note is that of an environment that died. */
function isBusy({ busySince }: StoredSession): boolean {
  return busySince !== undefined && Date.now() - busySince < INTEGRATION_TIMEOUT_MS;
}
