import type { Invoke, WebSocketApi } from "./api.js";
import type { Connection } from "./connection.js";
import { disconnectEvent, messageEvent } from "./events.js";
import { errorFrame } from "./frames.js";
import type { OnGatewayEvent } from "./gateway-event.js";
import { newId } from "./ids.js";
import { integrate } from "./integration.js";
import type { RouteTable } from "./routes.js";

export interface MessageOptions {
  api: () => WebSocketApi;
  routes: () => RouteTable;
  invoke: Invoke;
  now: () => number;
  onEvent: OnGatewayEvent;
}

/**
 * Takes a client's message to the function of its route, without waiting for the messages before it: their functions run
 * at once and end in any order (aws-facts §1.7). Resolves, never rejects, when the function has answered.
 *
 * The client hears of it only in two cases: from a route with a route response, whose body is sent even if empty (§1.5), and by
 * an error frame when no route matches or the function fails (§1.6).
 */
export async function handleMessage(
  { api, routes, invoke, now, onEvent }: MessageOptions,
  connection: Connection,
  body: string,
  bytes: number,
): Promise<void> {
  const requestId = newId();
  const route = routes().select(body);
  onEvent({
    type: "message",
    connectionId: connection.id,
    ...(route && { routeKey: route.routeKey }),
    bytes,
  });
  if (!route) return connection.send(errorFrame("Forbidden", connection.id, requestId));

  const { routeKey, functionName } = route;
  try {
    const event = messageEvent(api(), connection, { routeKey, requestId, body }, now());
    const answer = await integrate(invoke, route, event);
    if (route.returnsResponse) connection.send(answer.body);
  } catch (error) {
    onEvent({ type: "error", connectionId: connection.id, routeKey, functionName, error });
    connection.send(errorFrame("Internal server error", connection.id, requestId));
  }
}

/** Tells the `$disconnect` route, if there is one, that a connection ended. Its answer is ignored (§1.3). Never rejects. */
export async function handleDisconnect(
  { api, routes, invoke, now, onEvent }: MessageOptions,
  connection: Connection,
  end: { code: number; reason: string },
): Promise<void> {
  onEvent({ type: "disconnect", connectionId: connection.id, ...end });
  const route = routes().disconnect;
  if (!route) return;
  try {
    await integrate(invoke, route, disconnectEvent(api(), connection, end, now()));
  } catch (error) {
    const { routeKey, functionName } = route;
    onEvent({ type: "error", connectionId: connection.id, routeKey, functionName, error });
  }
}
