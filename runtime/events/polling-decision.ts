/**
 * The transport of a session is known, and the packets that were kept until then are played on its
 * connection: on that of long-polling here, on the WebSocket in `upgrade.ts`. One conditional write decides,
 * so they are played once.
 */
import { INTEGRATION_TIMEOUT_MS } from "../aws-limits.js";
import { slotOf } from "../connection/heartbeat-slots.js";
import { isWithoutSession } from "../connection/newcomers.js";
import { UPGRADE_TIMEOUT_MS } from "../polling/hold.js";
import { queuesOf } from "../polling/polling-backend.js";
import type { Runtime } from "../runtime.js";
import { pollingConnectionId } from "../store/polling-store.js";
import { hasOnlyConnects } from "./behind-kept.js";
import { giveUp } from "./give-up.js";
import { kept, playBodies } from "./posted-body.js";

/**
 * The client stays with polling, for good; unless its WebSocket has just got its `3probe` and has time left.
 * Safe to repeat.
 */
export async function stayWithPolling(
  runtime: Runtime,
  sid: string,
  leftMs: () => number,
  orBegunBefore = Date.now() - UPGRADE_TIMEOUT_MS,
): Promise<void> {
  const { backend, heartbeat } = runtime;
  const connectionId = pollingConnectionId(sid);
  const address = { connectionId, endpoint: backend.endpoint, protocol: "engine.io" as const };
  // First, so that the heartbeat finds the connection if this environment dies.
  await backend.heartbeats.enter(slotOf(connectionId, heartbeat), address, Date.now());
  const bodies = await queuesOf(backend).decide(sid, { mode: "polling", orBegunBefore });
  if (!bodies) return closeUnplayed(runtime, sid);
  const isWaitedFor = !hasOnlyConnects(bodies);
  const isInTurn = isWaitedFor && runtime.order === "ordered";
  await playBodies(runtime, connectionId, kept(bodies, isInTurn), leftMs);
  if (isWaitedFor) await queuesOf(backend).forgetKept(sid);
}

/**
 * Lambda repeats an event whose environment has died: maybe behind the decision, with what was kept. The
 * client still waits for the answers.
 */
async function closeUnplayed(runtime: Runtime, sid: string): Promise<void> {
  const { backend } = runtime;
  const { mode, decidedAt = Number.POSITIVE_INFINITY } = (await queuesOf(backend).state(sid)) ?? {};
  if (mode !== "polling" || Date.now() - decidedAt < INTEGRATION_TIMEOUT_MS) return; // being played, perhaps
  const connectionId = pollingConnectionId(sid);
  const stored = await backend.connections.load(connectionId);
  if (stored && isWithoutSession(stored)) await giveUp(runtime, connectionId);
}
