/** A message of a WebSocket: of an ordinary one, or of one that takes over a session by long-polling. */
import type { Runtime } from "../runtime.js";
import type { ClientMessage } from "./invocation.js";
import { receive } from "./receive.js";

export async function onMessage(runtime: Runtime, event: ClientMessage, withinMs: number): Promise<void> {
  const { longPolling } = runtime;
  await receive(
    runtime,
    event,
    withinMs,
    (stored) =>
      longPolling !== undefined &&
      stored.upgrades !== undefined &&
      longPolling.takeOver(runtime, stored, event.body, withinMs),
  );
}
