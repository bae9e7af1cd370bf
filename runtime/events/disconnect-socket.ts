/** `io.disconnectSockets()` in another event met a socket of this connection. */

import { runEvent } from "../connection/event-run.js";
import { rehydrate } from "../connection/rehydrate.js";
import type { SelfEvent } from "../delivery/self-invocation.js";
import { shownNamespace } from "../log/printable.js";
import type { Runtime } from "../runtime.js";

type DisconnectSocketEvent = Extract<SelfEvent, { selfEvent: "disconnect-socket" | "disconnect" }>;

export async function onDisconnectSocket(
  runtime: Runtime,
  { connectionId, namespace, sid, close }: DisconnectSocketEvent,
  withinMs: number,
): Promise<void> {
  const stored = await runtime.backend.connections.load(connectionId);
  const session = stored?.sessions.get(namespace);
  if (!stored || session?.sid !== sid) return; // it has left meanwhile, or come again as another socket
  const connection = runtime.hold(stored);
  const disconnect = async () => {
    const rehydrated =
      connection.sessions.get(namespace) ?? (await rehydrate(connection, namespace, session));
    rehydrated?.socket?.disconnect(close);
  };
  await runEvent(
    connection,
    withinMs,
    disconnect,
    () => `disconnectSockets() in ${shownNamespace(namespace)}`,
  );
}
