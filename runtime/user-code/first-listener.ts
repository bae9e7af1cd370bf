/**
 * A `connection` handler that asks its database by a callback, and registers its listeners in there, has none
 * when it returns. A server hears what comes later; here the handler runs again before each event, which
 * would find nobody.
 *
 * So the event of a real CONNECT waits for the first listener, and notes in the session that it came late; a
 * replay of such a session waits as well. Apps without any listener (they only send) pay for that once in
 * each environment.
 */
import { setTimeout as delay } from "node:timers/promises";
import { within } from "../async/pause.js";
import type { Session } from "../connection/session.js";
import { registryOf } from "../socket-io/listener-registry.js";

const PATIENCE_MS = 300;

/** Resolves with whether there is a listener now. */
export async function firstListener({ socket }: Session): Promise<boolean> {
  if (!socket) return false;
  const registry = registryOf(socket);
  if (!registry.isEmpty) return true;
  await within(PATIENCE_MS, registry.firstListener);
  return !registry.isEmpty;
}

/**
 * The replay of a session whose handler registers some listeners at once, and others when its database has
 * answered: waits for one that hears this event.
 */
export async function listenerOf(session: Session, event: string): Promise<void> {
  const { socket } = session;
  if (!socket) return;
  const isHeard = () => socket.listenerCount(event) + socket.listenersAny().length > 0;
  for (const until = performance.now() + PATIENCE_MS; !isHeard() && performance.now() < until; )
    await delay(2);
}

/** Behind the handlers of a real CONNECT. */
export async function awaitFirstListener(session: Session): Promise<void> {
  const { socket, connection } = session;
  const { onlySend } = connection.runtime;
  if (!socket || !registryOf(socket).isEmpty || onlySend.has(socket.nsp)) return;
  if (await firstListener(session)) session.listenedLate();
  else onlySend.add(socket.nsp);
}
