import type { CallService, Invoke, Route, WebSocketApi } from "./api.js";
import { callAws } from "./aws-integration.js";
import type { Connection } from "./connection.js";
import { disconnectEvent, messageEvent, type ProxyEvent } from "./events.js";
import { errorFrame } from "./frames.js";
import type { OnGatewayEvent } from "./gateway-event.js";
import type { GatewayFaults } from "./gateway-faults.js";
import { newId } from "./ids.js";
import { integrate } from "./integration.js";
import type { RouteTable } from "./routes.js";
import type { Throttles } from "./throttle.js";

export interface MessageOptions {
  api: () => WebSocketApi;
  routes: () => RouteTable;
  throttles: Throttles;
  invoke: Invoke;
  callService: CallService;
  now: () => number;
  onEvent: OnGatewayEvent;
  faults: GatewayFaults | undefined;
}

/**
 * Takes a client's message to the function or the service of its route, without waiting for the messages
 * before it: their functions run at once and end in any order (aws-facts §1.7). A service gets them in their
 * order. Resolves, never rejects, when the function or the service has answered.
 *
 * The client hears of it only in two cases: from a route with a route response, whose body is sent
 * even if empty (§1.5), and by an error frame when no route matches, the route is throttled, the
 * function fails or the service refuses (§1.6).
 */
export async function handleMessage(
  options: MessageOptions,
  connection: Connection,
  body: string,
  bytes: number,
): Promise<void> {
  const { api, routes, throttles, now, onEvent } = options;
  const requestId = newId();
  const route = routes().select(body);
  onEvent({
    type: "message",
    connectionId: connection.id,
    ...(route && { routeKey: route.routeKey }),
    text: body,
    bytes,
  });
  if (!route) return connection.send(errorFrame("Forbidden", connection.id, requestId));
  const { routeKey } = route;
  if (!throttles.takes(routeKey)) {
    onEvent({ type: "throttled", connectionId: connection.id, routeKey });
    return connection.send(errorFrame("Too Many Requests", connection.id, requestId));
  }

  try {
    const event = messageEvent(api(), connection, { routeKey, requestId, body }, now());
    const response = await runIntegration(options, route, event);
    if (response !== undefined) connection.send(response);
  } catch (error) {
    onEvent({ type: "error", connectionId: connection.id, ...nameOf(route), error });
    connection.send(errorFrame("Internal server error", connection.id, requestId));
  }
}

/**
 * Tells the `$disconnect` route, if there is one, that a connection ended: once, unless `faults` say
 * otherwise. Its answer is ignored (§1.3). Never rejects.
 */
export async function handleDisconnect(
  options: MessageOptions,
  connection: Connection,
  end: { code: number; reason: string },
): Promise<void> {
  const { api, routes, now, onEvent, faults } = options;
  onEvent({ type: "disconnect", connectionId: connection.id, ...end });
  const route = routes().disconnect;
  if (!route) return;
  const event = disconnectEvent(api(), connection, end, now());
  const tell = async () => {
    try {
      await runIntegration(options, route, event);
    } catch (error) {
      onEvent({ type: "error", connectionId: connection.id, ...nameOf(route), error });
    }
  };
  const times = faults?.disconnects(connection.id) ?? 1;
  await Promise.all(Array.from({ length: times }, tell));
}

/** Gives the route's response, if it has one; a route into a service has none. */
async function runIntegration(
  { api, invoke, callService }: MessageOptions,
  route: Route,
  event: ProxyEvent,
): Promise<string | undefined> {
  if ("functionName" in route) {
    const { body } = await integrate(invoke, route, event);
    return route.returnsResponse ? body : undefined;
  }
  await callAws(callService, route.integration, api(), event);
  return undefined;
}

/** How an event of the gateway names a route. */
function nameOf(route: Route): { routeKey: string; functionName?: string } {
  const { routeKey } = route;
  return "functionName" in route ? { routeKey, functionName: route.functionName } : { routeKey };
}
