/**
 * Says hello on a connection that `$connect` has just let in: in the same environment behind its answer, or as an event of its
 * own beside it. Either way the first post may meet a 410 for some milliseconds. A repeated event sends a second open packet,
 * which an Engine.IO client ignores.
 *
 * Cost: 1 post; for a plain client also 1 write, 1 read and what its `connection` handlers do.
 */

import { GoneError } from "../errors.js";
import { greet } from "../greeting.js";
import { openFrame } from "../protocol/engine-io.js";
import type { Runtime } from "../runtime.js";
import type { SelfEvent } from "../self-invocation.js";
import type { ServerOptions } from "../socket-io-internals.js";

export type OpenEvent = Extract<SelfEvent, { selfEvent: "open" }>;

export async function onOpen(
  runtime: Runtime,
  { address, engineId }: OpenEvent,
  deadlineMs: number,
): Promise<void> {
  if (address.protocol === "plain") return greet(runtime, address.connectionId, deadlineMs);
  const { pingInterval, pingTimeout, tickMs } = runtime.heartbeat;
  const frame = openFrame({
    sid: engineId,
    pingInterval,
    // A schedule is not punctual: a client that waits as long as the option says would leave now and then.
    pingTimeout: pingTimeout + tickMs,
    maxPayload: maxPayload(runtime.options),
  });
  try {
    await runtime.backend.delivery.post(address, frame, {
      opening: () => runtime.isStored(address.connectionId),
    });
  } catch (error) {
    if (!(error instanceof GoneError)) throw error; // it left before it was greeted; `$disconnect` follows
  }
}

/** The 32 KB of one WebSocket frame, and clients send one frame a message (`aws-facts.md` §4). */
const MAX_PAYLOAD_BYTES = 32 * 1024;

function maxPayload({ maxHttpBufferSize = MAX_PAYLOAD_BYTES }: ServerOptions): number {
  return Math.min(maxHttpBufferSize, MAX_PAYLOAD_BYTES);
}
