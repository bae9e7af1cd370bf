/**
 * `$disconnect`: API Gateway says that a connection is closed, at best once. A 410 or the heartbeat may say
 * so too (`gone.ts`), and the `disconnect` handlers run once (`ending.ts`).
 *
 * Cost: 1 write that also reads the item, for each namespace the deletes of its rooms, 1 delete of the item
 * and 1 of its heartbeat.
 */
import { setTimeout as delay } from "node:timers/promises";
import { endConnection } from "../connection/ending.js";
import { reportError } from "../log/log.js";
import type { Runtime } from "../runtime.js";
import type { ClientDisconnect } from "./invocation.js";

/** Close code of a client that called `close()` (RFC 6455 §7.4.1: no status was given). */
const CLOSED_BY_CLIENT = 1005;

/** Of what the client sent: its kind, its size. */
const REFUSED: ReadonlySet<number> = new Set([1003, 1009]);

/**
 * `socket.disconnect()` in a client sends a DISCONNECT packet and closes right behind it: two events that run
 * at the same time. The packet knows the better reason ("client namespace disconnect"), so it gets this head
 * start.
 */
const HEAD_START_MS = 100;

export async function onDisconnect(
  runtime: Runtime,
  event: ClientDisconnect,
  withinMs: number,
): Promise<void> {
  const { connectionId, disconnectStatusCode, disconnectReason } = event.requestContext;
  if (disconnectStatusCode === CLOSED_BY_CLIENT) await delay(HEAD_START_MS);
  if (disconnectStatusCode !== undefined && REFUSED.has(disconnectStatusCode))
    await runtime.longPolling
      ?.cut(runtime, connectionId)
      .catch((error: unknown) => reportError("store", error));
  const description = { code: disconnectStatusCode, reason: disconnectReason };
  await endConnection(runtime, connectionId, withinMs, { reason: "transport close", description });
}
