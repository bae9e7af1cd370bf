/**
 * A WebSocket that takes over a session by long-polling: `2probe` asks whether it works, `5` makes it the
 * client's transport. What the client had posted until then is played on it, so no handler has seen the
 * session before.
 *
 * Any other frame counts as the `5` that it has overtaken: API Gateway promises no order, and a client sends
 * nothing else before its `5`. Where the WebSocket is too late, it is closed, and the client goes on polling.
 *
 * Cost, of `2probe`: 1 write and 1 post beside the message's read. Of `5`: 4 writes; the CONNECT that was
 * kept needs no read.
 */
import { slotOf } from "../connection/heartbeat-slots.js";
import { GoneError } from "../errors.js";
import { queuesOf } from "../polling/polling-backend.js";
import { PROBE_ANSWER, PROBE_FRAME, UPGRADE_FRAME } from "../protocol/engine-io.js";
import type { Runtime } from "../runtime.js";
import { pollingConnectionId } from "../store/polling-store.js";
import type { Address, StoredConnection } from "../store/store.js";
import { giveUp } from "./give-up.js";
import { kept, playBodies } from "./posted-body.js";

/** True where nothing is left to do: the message was part of the upgrade, or the WebSocket is closed. */
export async function onUpgrading(
  runtime: Runtime,
  stored: StoredConnection,
  frame: string,
  withinMs: number,
): Promise<boolean> {
  const { upgrades: sid = "" } = stored;
  if (frame === PROBE_FRAME) {
    await answerProbe(runtime, stored, sid);
    return true;
  }
  const endsMs = performance.now() + withinMs;
  const isOpen = await takeOver(runtime, stored, sid, () => endsMs - performance.now());
  return !isOpen || frame === UPGRADE_FRAME;
}

/** Noted first: a client that has the answer stops polling, so it must not be left to polling meanwhile. */
async function answerProbe({ backend }: Runtime, stored: StoredConnection, sid: string): Promise<void> {
  const polling = queuesOf(backend);
  const { connectionId } = stored;
  if (!(await polling.probed(sid, connectionId))) {
    const { mode, probe } = (await polling.state(sid)) ?? {};
    const hasTakenOver = mode === "websocket" && probe === connectionId; // its `5` was quicker
    if (!hasTakenOver) await backend.delivery.close(stored);
    return;
  }
  try {
    await backend.delivery.post(stored, [PROBE_ANSWER]);
  } catch (error) {
    if (!(error instanceof GoneError)) throw error;
    await polling.unprobe(sid, connectionId); // its `$disconnect` may be lost
  }
}

async function takeOver(
  runtime: Runtime,
  { connectionId, endpoint, protocol, connectedAt }: StoredConnection,
  sid: string,
  leftMs: () => number,
): Promise<boolean> {
  const { backend, heartbeat } = runtime;
  const address = { connectionId, endpoint, protocol };
  const [bodies] = await Promise.all([
    queuesOf(backend).decide(sid, { mode: "websocket", probe: connectionId }),
    backend.heartbeats.enter(slotOf(connectionId, heartbeat), address, connectedAt),
  ]);
  if (!bodies) return isOurs(runtime, sid, address);
  const [upgraded] = await Promise.all([
    backend.connections.upgraded(connectionId),
    backend.connections.forget(pollingConnectionId(sid)),
  ]);
  if (upgraded) await playBodies(runtime, connectionId, kept(bodies), leftMs, upgraded);
  else await backend.delivery.close(address); // it is over, and its client is told to come again
  return true;
}

/**
 * Another frame of this WebSocket was quicker; or it is too late, and this one is closed. Its client has
 * polled for the last time, so what it has by polling ends, too.
 */
async function isOurs(runtime: Runtime, sid: string, address: Address): Promise<boolean> {
  const { backend, heartbeat } = runtime;
  const state = await queuesOf(backend).state(sid);
  const isCandidate = state?.probe === address.connectionId;
  if (isCandidate && state.mode === "websocket") return true;
  if (isCandidate && state.mode === "polling") await giveUp(runtime, pollingConnectionId(sid));
  await backend.heartbeats.leave(slotOf(address.connectionId, heartbeat), address.connectionId);
  await backend.delivery.close(address); // its `$disconnect` removes what is stored
  return false;
}
