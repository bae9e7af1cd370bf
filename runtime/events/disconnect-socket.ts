/** `io.disconnectSockets()` in another event met a socket of this connection. */
import { runEvent } from "../event-run.js";
import { rehydrate } from "../rehydrate.js";
import type { Runtime } from "../runtime.js";
import type { SelfEvent } from "../self-invocation.js";

type DisconnectSocketEvent = Extract<SelfEvent, { selfEvent: "disconnect" }>;

export async function onDisconnectSocket(
  runtime: Runtime,
  { connectionId, namespace, sid, close }: DisconnectSocketEvent,
  deadlineMs: number,
): Promise<void> {
  const stored = await runtime.backend.connections.load(connectionId);
  const session = stored?.sessions.get(namespace);
  if (!stored || session?.sid !== sid) return;
  const connection = runtime.hold(stored);
  await runEvent(connection, deadlineMs, async () => {
    const rehydrated =
      connection.sessions.get(namespace) ?? (await rehydrate(connection, namespace, session));
    rehydrated?.socket?.disconnect(close);
  });
}
