/**
 * Says hello on a connection that `$connect` has just let in: in the same environment behind its answer, or
 * as an event of its own beside it. Either way the first post may meet a 410 for some milliseconds. A
 * repeated event sends a second open packet, which a client of revision 4 ignores. One of revision 3 would
 * begin anew: it gets the packet from the event that greets it.
 *
 * Cost: 1 post; for a plain client, and one of revision 3, also 1 write, 1 read and what its `connection`
 * handlers do.
 */

import { MAX_FRAME_BYTES } from "../aws-limits.js";
import { greet } from "../connection/greeting.js";
import { isWithoutSession } from "../connection/newcomers.js";
import type { SelfEvent } from "../delivery/self-invocation.js";
import { GoneError } from "../errors.js";
import { openFrame } from "../protocol/engine-io.js";
import type { Runtime } from "../runtime.js";
import type { ServerOptions } from "../socket-io/internals.js";
import type { Address } from "../store/store.js";

export type OpenEvent = Extract<SelfEvent, { selfEvent: "open" }>;

export async function onOpen(
  runtime: Runtime,
  { address, engineId, isLast = false }: OpenEvent,
  withinMs: number,
): Promise<void> {
  const { connectionId, protocol } = address;
  if (protocol !== "engine.io") {
    const hello = protocol === "engine.io-3" ? [openFrameOf(runtime, connectionId)] : [];
    await greet(runtime, connectionId, withinMs, hello);
    if (isLast) await closeUngreeted(runtime, address);
    return;
  }
  const frame = openFrameOf(runtime, engineId);
  try {
    await runtime.backend.delivery.post(address, [frame], {
      opening: () => runtime.isStored(connectionId),
    });
  } catch (error) {
    if (!(error instanceof GoneError)) throw error; // it left before it was greeted; `$disconnect` follows
  }
}

/** The first packet of each transport. */
export function openFrameOf(
  { heartbeat, options }: Runtime,
  sid: string,
  upgrades?: readonly string[],
): string {
  const { pingInterval, pingTimeout, tickMs } = heartbeat;
  return openFrame({
    sid,
    ...(upgrades && { upgrades }),
    pingInterval,
    // A schedule is not punctual: a client that waits as long as the option says would leave now and then.
    pingTimeout: pingTimeout + tickMs,
    maxPayload: maxPayload(options),
  });
}

/** The app has refused it, and it has asked for no other namespace. */
async function closeUngreeted({ backend }: Runtime, address: Address): Promise<void> {
  const stored = await backend.connections.load(address.connectionId);
  if (stored && isWithoutSession(stored)) await backend.delivery.close(address);
}

function maxPayload({ maxHttpBufferSize = MAX_FRAME_BYTES }: ServerOptions): number {
  return Math.min(maxHttpBufferSize, MAX_FRAME_BYTES);
}
