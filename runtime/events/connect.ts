/**
 * `$connect`: decides over the handshake and stores the connection. 101 follows a 200; any other status goes to the client
 * as it is (`aws-facts.md` §1.1).
 *
 * Cost: 2 writes, 1 asynchronous invocation.
 */
import type { ConnectEvent, GatewayResult } from "../gateway-event.js";
import { handshakeOf, toRequest } from "../handshake-request.js";
import { type Refusal, verifyHandshake } from "../handshake-verdict.js";
import { slotOf } from "../heartbeat.js";
import { reportError } from "../log.js";
import type { Runtime } from "../runtime.js";
import type { Address } from "../store/store.js";

export async function onConnect(runtime: Runtime, event: ConnectEvent): Promise<GatewayResult> {
  const { connectionId, connectedAt } = event.requestContext;
  const handshake = handshakeOf(event);
  const request = toRequest(connectionId, handshake);
  const refusal = await verifyHandshake(runtime.options, request);
  if (refusal) return refuse(runtime, refusal, request);

  const { backend, engine } = runtime;
  const protocol = handshake.query.EIO === undefined ? "plain" : "engine.io";
  const address: Address = { connectionId, endpoint: backend.endpoint, protocol };
  const engineId = await engine.generateId(request);
  await Promise.all([
    backend.connections.create({ ...address, handshake, connectedAt, sessions: new Map(), strays: [] }),
    backend.heartbeats.enter(slotOf(connectionId, runtime.heartbeat), address, connectedAt),
  ]);
  // Nothing can be posted before we have returned, so another event says hello (`aws-facts.md` §1.1).
  await backend.invokeSelf({ selfEvent: "open", address, engineId });
  return { statusCode: 200 };
}

function refuse(runtime: Runtime, refusal: Refusal, req: ReturnType<typeof toRequest>): GatewayResult {
  const { status, code, message, context } = refusal;
  try {
    runtime.engine.emit("connection_error", { req, code, message, context });
  } catch (error) {
    reportError("handler", error, 'the handler of "connection_error"');
  }
  return { statusCode: status, body: JSON.stringify({ code, message }) };
}
