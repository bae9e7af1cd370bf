/**
 * `$connect`: decides over the handshake and stores the connection. 101 follows a 200; any other status goes
 * to the client as it is (`aws-facts.md` §1.1), and of a 200 the subprotocol. The first packet follows our
 * answer (docs/decisions/open-packet.md).
 *
 * Cost: 2 writes. Where no work can run after the answer, also 1 asynchronous invocation.
 */

import { slotOf } from "../connection/heartbeat-slots.js";
import { type HandshakeRequest, withHeaders } from "../connection/socket-request.js";
import { subprotocolHeaders } from "../connection/subprotocol.js";
import { reportError } from "../log/log.js";
import { protocolNamed } from "../protocol/protocol.js";
import type { Refusal } from "../protocol/refusal.js";
import type { Runtime } from "../runtime.js";
import type { Address } from "../store/store.js";
import { requestToStore } from "../values/connection-values.js";
import type { Later } from "./after-response.js";
import { handshakeOf, withoutForgotten } from "./handshake.js";
import { generateId, middlewareFailed, refuseHandshake, verifyHandshake } from "./handshake-verdict.js";
import type { ConnectEvent, GatewayResult } from "./invocation.js";
import { type OpenEvent, onOpen } from "./open.js";
import { WebSocketRequest } from "./websocket-request.js";

export async function onConnect(
  runtime: Runtime,
  event: ConnectEvent,
  leftMs: () => number,
  later: Later | undefined,
): Promise<GatewayResult> {
  const { connectionId, connectedAt } = event.requestContext;
  const asked = new WebSocketRequest(runtime, connectionId, handshakeOf(event, runtime.io.path()));
  const { handshake, request, sid } = asked;
  const tooLarge = refuseHandshake(handshake, runtime.limits);
  if (tooLarge) return refuse(runtime, tooLarge, request);
  const answered = await asked
    .applyMiddlewares(leftMs())
    .catch((error: unknown) => refuse(runtime, middlewareFailed(error), request));
  if (answered) return answered;
  const refusal = await verifyHandshake(runtime.options, request);
  if (refusal) return refuse(runtime, refusal, request);
  if (sid !== undefined) {
    const probe = { sid, connectionId, connectedAt };
    const unknown = { status: 400, code: 1, message: "Session ID unknown", context: { sid } };
    const refused = runtime.longPolling ? await runtime.longPolling.probe(runtime, probe) : unknown;
    if (refused) return refuse(runtime, refused, request);
    asked.accepted();
    return { statusCode: 200 };
  }

  asked.accepted();
  const { backend } = runtime;
  const protocol = protocolNamed(handshake.query);
  const address: Address = { connectionId, endpoint: backend.endpoint, protocol };
  const engineId = await generateId(runtime, request);
  if (typeof engineId !== "string") return refuse(runtime, engineId, request);
  const headers = subprotocolHeaders(request);
  const kept = withoutForgotten(handshake);
  const own = kept === handshake ? request : withHeaders(request, kept);
  await Promise.all([
    backend.connections.create({
      ...address,
      handshake: kept,
      connectedAt,
      shared: requestToStore(own, kept, runtime.limits, asked.marks),
      sessions: new Map(),
      strays: [],
    }),
    backend.heartbeats.enter(slotOf(connectionId, runtime.heartbeat), address, connectedAt),
  ]);
  await openLater(runtime, { selfEvent: "open", address, engineId }, leftMs, later);
  return { statusCode: 200, ...(headers && { headers }) };
}

/** Nothing can be posted before we have returned (`aws-facts.md` §1.1). */
async function openLater(
  runtime: Runtime,
  hello: OpenEvent,
  leftMs: () => number,
  later: Later | undefined,
): Promise<void> {
  const { invokeSelf } = runtime.backend;
  if (!later) return invokeSelf(hello);
  const what = `the greeting of ${hello.address.connectionId}`;
  later(what, async () => {
    try {
      await onOpen(runtime, hello, leftMs());
    } catch (error) {
      reportError("event", error, what);
      await invokeSelf(hello); // Lambda tries that again, minutes later too
    }
  });
}

function refuse(runtime: Runtime, refusal: Refusal, request: HandshakeRequest): GatewayResult {
  const { status, code, message } = refusal;
  tellRefused(runtime, refusal, request);
  return { statusCode: status, body: JSON.stringify({ code, message }) };
}

/** As upstream: `io.engine.on("connection_error")`. */
export function tellRefused(
  runtime: Runtime,
  { code, message, context }: Refusal,
  req: HandshakeRequest,
): void {
  try {
    runtime.engine.emit("connection_error", { req, code, message, context });
  } catch (error) {
    reportError("handler", error, 'the handler of "connection_error"');
  }
}
