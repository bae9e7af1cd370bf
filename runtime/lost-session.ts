/**
 * What a session was when its connection was lost, for the client that comes back. Often it comes before anybody has
 * noticed that it was gone: a network that breaks says nothing, and `$disconnect` may run this very moment.
 */
import { setTimeout as delay } from "node:timers/promises";
import { runEvent } from "./event-run.js";
import type { Runtime } from "./runtime.js";
import type { LostSession } from "./store/store.js";

/**
 * How long the event that ends the old connection may take to write down what it was; the client waits for its CONNECT
 * meanwhile. In ordered mode that event stands in the queue behind all that the client had sent.
 */
const WAIT_MS = { concurrent: 2_000, ordered: 10_000 } as const;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 400;

/** `undefined` when nobody knows the session, or its old connection has not ended in time. */
export async function findLost(
  runtime: Runtime,
  namespace: string,
  pid: string,
): Promise<LostSession | undefined> {
  const { recovery } = runtime.backend;
  const found = await recovery.find(namespace, pid);
  if (!found || "lost" in found) return found?.lost;
  const end = runtime.order === "ordered" ? closeInTurn : closeNow;
  await end(runtime, found.connectionId);
  const until = Date.now() + WAIT_MS[runtime.order];
  for (let pauseMs = FIRST_PAUSE_MS; Date.now() < until; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const again = await recovery.find(namespace, pid);
    if (!again) return undefined;
    if ("lost" in again) return again.lost;
    await delay(pauseMs);
  }
  return undefined;
}

/** The time that the old connection's `disconnect` handlers get. */
const CLOSE_MS = 10_000;

async function closeNow(runtime: Runtime, connectionId: string): Promise<void> {
  const stored = await runtime.claim(connectionId);
  if (!stored) return;
  const connection = runtime.hold(stored);
  connection.isRemoved = true;
  await runEvent(connection, CLOSE_MS, async () => {
    connection.outbox.posts.close(stored);
    await connection.disconnected("transport close");
  });
}

/** The queue may hold messages of the old connection, which are handled first: closing it puts its `$disconnect` behind them. */
async function closeInTurn({ backend }: Runtime, connectionId: string): Promise<void> {
  const stored = await backend.connections.load(connectionId);
  if (stored) await backend.delivery.close(stored);
}
