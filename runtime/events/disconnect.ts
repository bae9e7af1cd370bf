/**
 * The connection is closed: `$disconnect` says so, at best once, or a 410 does. Whoever removes the item runs the
 * handlers, so `disconnect` happens once whoever comes first and however often.
 *
 * Cost: 1 write that also reads the item, 1 delete of its heartbeat; for each namespace the deletes of its rooms.
 */
import { setTimeout as delay } from "node:timers/promises";
import { runEvent } from "../event-run.js";
import type { DisconnectEvent } from "../gateway-event.js";
import { slotOf } from "../heartbeat.js";
import type { Runtime } from "../runtime.js";
import type { SelfEvent } from "../self-invocation.js";

/** Close code of a client that called `close()` (RFC 6455 §7.4.1: no status was given). */
const CLOSED_BY_CLIENT = 1005;

/**
 * `socket.disconnect()` in a client sends a DISCONNECT packet and closes right behind it: two events that run at the same
 * time. The packet knows the better reason ("client namespace disconnect"), so it gets this head start.
 */
const HEAD_START_MS = 100;

export async function onDisconnect(
  runtime: Runtime,
  event: DisconnectEvent,
  deadlineMs: number,
): Promise<void> {
  const { connectionId, disconnectStatusCode, disconnectReason } = event.requestContext;
  if (disconnectStatusCode === CLOSED_BY_CLIENT) await delay(HEAD_START_MS);
  const description = { code: disconnectStatusCode, reason: disconnectReason };
  await disconnect(runtime, connectionId, "transport close", deadlineMs, description);
}

type GoneEvent = Extract<SelfEvent, { selfEvent: "gone" }>;

export async function onGone(
  runtime: Runtime,
  { connectionId, stale, reason }: GoneEvent,
  deadlineMs: number,
): Promise<void> {
  const { backend, heartbeat } = runtime;
  if (await disconnect(runtime, connectionId, reason ?? "transport close", deadlineMs)) return;
  // What led here is left over from a connection that somebody else has removed.
  await backend.heartbeats.leave(slotOf(connectionId, heartbeat), connectionId);
  if (!stale) return;
  await backend.rooms.change(stale.namespace, stale.member, { leave: stale.rooms, everyone: "leave" });
}

async function disconnect(
  runtime: Runtime,
  connectionId: string,
  reason: string,
  deadlineMs: number,
  description?: unknown,
): Promise<boolean> {
  const stored = await runtime.removeConnection(connectionId);
  if (!stored) return false;
  if (reason === "ping timeout") await runtime.backend.delivery.close(stored);
  if (stored.sessions.size === 0) return true;
  const connection = runtime.hold(stored);
  connection.isRemoved = true;
  await runEvent(connection, deadlineMs, () => connection.disconnected(reason, description));
  return true;
}
