/**
 * What a session was when its connection was lost, for the client that comes back. Often it comes before
 * anybody has noticed that it was gone: a network that breaks says nothing, and `$disconnect` may run this
 * very moment.
 */

import { endConnection } from "../connection/ending.js";
import type { Runtime } from "../runtime.js";
import type { LostSession } from "../store/recovery-store.js";
import { lookWithin } from "../user-code/event-waits.js";

/**
 * How long the event that ends the old connection may take to write down what it was; the client waits for
 * its CONNECT meanwhile. In ordered mode that event stands in the queue behind all that the client had sent.
 */
const WAIT_MS = { concurrent: 2_000, ordered: 10_000 } as const;

/** `undefined` when nobody knows the session, or its old connection has not ended in time. */
export async function findLost(
  runtime: Runtime,
  namespace: string,
  pid: string,
): Promise<LostSession | undefined> {
  const { recovery } = runtime.backend;
  const found = await recovery.find(namespace, pid);
  if (!found || "lost" in found) return found?.lost;
  const living = await runtime.backend.connections.load(found.connectionId);
  // It has ended on a connection that goes on, so not in a way from which clients recover.
  if (living && living.sessions.get(namespace)?.pid !== pid) return undefined;
  const end = runtime.order === "ordered" ? closeInTurn : closeNow;
  await end(runtime, found.connectionId);
  const again = await lookWithin(WAIT_MS[runtime.order], async () => {
    const now = await recovery.find(namespace, pid);
    return now && "connectionId" in now ? undefined : { lost: now?.lost };
  });
  return again?.lost;
}

/** The time that the old connection's `disconnect` handlers get. */
const CLOSE_MS = 10_000;

async function closeNow(runtime: Runtime, connectionId: string): Promise<void> {
  await endConnection(runtime, connectionId, CLOSE_MS, { reason: "transport close", close: true });
}

/**
 * The queue may hold messages of the old connection, which are handled first: closing it puts its
 * `$disconnect` behind them.
 */
async function closeInTurn({ backend }: Runtime, connectionId: string): Promise<void> {
  const stored = await backend.connections.load(connectionId);
  if (stored) await backend.delivery.close(stored);
}
