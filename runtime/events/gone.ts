/**
 * A post met a closed connection (410), or the heartbeat found that a client is gone. `$disconnect` may never
 * have come, or comes later.
 */
import { endConnection } from "../connection/ending.js";
import { slotOf } from "../connection/heartbeat-slots.js";
import type { SelfEvent, StaleMember } from "../delivery/self-invocation.js";
import { onMissed } from "../recovery/missed-packets.js";
import type { Runtime } from "../runtime.js";
import { pollingSid } from "../store/polling-store.js";

type GoneEvent = Extract<SelfEvent, { selfEvent: "gone" }>;

export async function onGone(
  runtime: Runtime,
  { connectionId, stale, reason, noticedBy }: GoneEvent,
  withinMs: number,
): Promise<void> {
  const { backend, heartbeat } = runtime;
  // The queue may still hold messages that the client sent before it left; its `$disconnect` comes behind
  // them. Where that is lost, the heartbeat ends the connection.
  const hasQueue = runtime.order === "ordered" && pollingSid(connectionId) === undefined;
  const isLeftToQueue = hasQueue && noticedBy === undefined;
  if (isLeftToQueue && (await runtime.isStored(connectionId))) return onMissedBy(runtime, stale);
  // Closed: a silent client, or one that was declared gone by mistake (aws-sdk-js#3773), would go on as if it
  // were connected.
  const claim = await endConnection(runtime, connectionId, withinMs, {
    reason: reason ?? "transport close",
    close: true,
  });
  await onMissedBy(runtime, stale);
  if (claim !== "missing") return;
  // What led here is left over from a connection that is forgotten already.
  await backend.heartbeats.leave(slotOf(connectionId, heartbeat), connectionId);
  if (!stale) return;
  await backend.rooms.leave(stale.namespace, stale.member, stale.rooms, { everyone: true });
}

async function onMissedBy(runtime: Runtime, stale: StaleMember | undefined): Promise<void> {
  if (stale) await onMissed(runtime, stale);
}
