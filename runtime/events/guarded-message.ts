/**
 * A message on a route to a function of the user's own: the function gets it, as API Gateway gave it, if the
 * client has a session. A client without one is answered as for any event, and the function hears nothing.
 *
 * Cost: 1 read and 1 asynchronous invocation.
 */

import type { Connection } from "../connection/connection.js";
import { closeByServer } from "../connection/ending.js";
import { runEvent } from "../connection/event-run.js";
import { ensureGreeted } from "../connection/greeting.js";
import { hasOverstayed } from "../connection/newcomers.js";
import { invokeFunction } from "../delivery/invoke-function.js";
import type { Incoming } from "../protocol/incoming.js";
import { notConnected, plain } from "../protocol/plain.js";
import type { Runtime } from "../runtime.js";
import type { StoredConnection } from "../store/store.js";
import type { MessageEvent } from "./invocation.js";
import type { GuardedRoute } from "./route-guards.js";

export async function onGuardedMessage(
  runtime: Runtime,
  event: MessageEvent,
  route: GuardedRoute,
  withinMs: number,
): Promise<void> {
  const { connectionId } = event.requestContext;
  const { connections, delivery, endpoint } = runtime.backend;
  const stored = await connections.load(connectionId);
  if (!stored) return delivery.close({ connectionId, endpoint, protocol: "plain" });
  if (isAdmitted(stored, route)) return invokeFunction(route.functionArn, event);

  const connection = runtime.hold(stored);
  await runEvent(connection, withinMs, async () => {
    const wasQuick = stored.protocol === "plain" && stored.sessions.size === 0;
    if (wasQuick && (await ensureGreeted(connection)) && isAdmitted(connection.stored, route)) {
      await invokeFunction(route.functionArn, event);
    } else refuse(connection, event.body, route);
  });
}

function isAdmitted({ sessions }: StoredConnection, { namespace }: GuardedRoute): boolean {
  return namespace === undefined ? sessions.size > 0 : sessions.has(namespace);
}

function refuse(connection: Connection, body: string, route: GuardedRoute): void {
  if (connection.stored.protocol !== "plain") {
    // A Socket.IO client sends no such frame; socket.io closes a connection for a packet that it cannot
    // parse, too.
    closeByServer(connection, "transport error");
    return;
  }
  connection.send([refusalOf(plain.decode(body, connection.runtime.codec), route)]);
  if (hasOverstayed(connection)) closeByServer(connection, "forced server close");
}

function refusalOf(incoming: Incoming, route: GuardedRoute): string {
  if (incoming.kind === "rejected") return incoming.answer;
  const header = incoming.kind === "packet" ? incoming.header : undefined;
  return notConnected(route.namespace ?? header?.namespace ?? "/", header?.id);
}
