/**
 * A post comes behind what was kept until the transport was known: the client has had its "ok" for that. But
 * another environment plays it, and the transport is known from before its first packet on.
 */
import { poll } from "../async/poll.js";
import { isWithoutSession } from "../connection/newcomers.js";
import { KEPT_AFTER_DECISION_MS } from "../polling/hold.js";
import { queuesOf } from "../polling/polling-backend.js";
import { decodePayload } from "../protocol/payload.js";
import type { Runtime } from "../runtime.js";
import { type PollingState, pollingConnectionId } from "../store/polling-store.js";
import type { StoredConnection } from "../store/store.js";

const PAUSES = { pauseMs: 20, longestPauseMs: 200 } as const;

/** A middleware may take its time; one that refuses the client leaves it without a session. */
const CONNECT_MS = 3_000;

/**
 * Waits until it has been played, and gives the connection where it has just been read. What is nothing but
 * CONNECTs, as all that Socket.IO's clients send by then, has been played when there is a session; of
 * anything else the bodies are forgotten then.
 *
 * @param withinMs After this the post comes beside it: what was kept may wait for it.
 */
export async function behindKept(
  runtime: Runtime,
  sid: string,
  { kept, decidedAt = 0 }: PollingState,
  withinMs: number,
): Promise<StoredConnection | undefined> {
  if (kept.length === 0 || Date.now() - decidedAt > KEPT_AFTER_DECISION_MS) return undefined;
  if (hasOnlyConnects(kept)) return connected(runtime, sid);
  const polling = queuesOf(runtime.backend);
  await poll(async () => ((await polling.state(sid))?.kept.length ? undefined : true), {
    withinMs,
    ...PAUSES,
  });
  return undefined;
}

async function connected(runtime: Runtime, sid: string): Promise<StoredConnection | undefined> {
  let stored: StoredConnection | undefined;
  const look = async () => {
    stored = await runtime.backend.connections.load(pollingConnectionId(sid));
    return stored && isWithoutSession(stored) ? undefined : true;
  };
  await poll(look, { withinMs: CONNECT_MS, ...PAUSES });
  return stored;
}

export function hasOnlyConnects(bodies: readonly string[]): boolean {
  return bodies.flatMap(decodePayload).every((frame) => frame.startsWith(CONNECT));
}

/** Engine.IO's message, Socket.IO's CONNECT. */
const CONNECT = "40";
