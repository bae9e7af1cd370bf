/**
 * `$connect`: decides over the handshake and stores the connection. 101 follows a 200; any other status goes
 * to the client as it is (`aws-facts.md` §1.1), and of a 200 the subprotocol. The first packet follows our
 * answer (docs/decisions/open-packet.md).
 *
 * Cost: 2 writes. Where no work can run after the answer, also 1 asynchronous invocation.
 */

import { slotOf } from "../connection/heartbeat-slots.js";
import { type HandshakeRequest, toRequest, withHeaders } from "../connection/socket-request.js";
import { subprotocolHeaders } from "../connection/subprotocol.js";
import { reportError } from "../log/log.js";
import { protocolNamed } from "../protocol/protocol.js";
import type { Refusal } from "../protocol/refusal.js";
import type { Runtime } from "../runtime.js";
import type { Address } from "../store/store.js";
import { requestToStore } from "../values/connection-values.js";
import type { Later } from "./after-response.js";
import { handshakeOf, withoutForgotten } from "./handshake.js";
import { refuseHandshake, sessionToUpgrade, verifyHandshake } from "./handshake-verdict.js";
import type { ConnectEvent, GatewayResult } from "./invocation.js";
import { type OpenEvent, onOpen } from "./open.js";

export async function onConnect(
  runtime: Runtime,
  event: ConnectEvent,
  leftMs: () => number,
  later: Later | undefined,
): Promise<GatewayResult> {
  const { connectionId, connectedAt } = event.requestContext;
  const handshake = handshakeOf(event, runtime.io.path());
  const request = toRequest(connectionId, handshake);
  const refusal =
    refuseHandshake(handshake, runtime.limits) ?? (await verifyHandshake(runtime.options, request));
  if (refusal) return refuse(runtime, refusal, request);
  const sid = sessionToUpgrade(handshake.query);
  if (sid !== undefined) {
    const probe = { sid, connectionId, connectedAt };
    const unknown = { status: 400, code: 1, message: "Session ID unknown", context: { sid } };
    const refused = runtime.longPolling ? await runtime.longPolling.probe(runtime, probe) : unknown;
    return refused ? refuse(runtime, refused, request) : { statusCode: 200 };
  }

  const { backend, engine } = runtime;
  const protocol = protocolNamed(handshake.query);
  const address: Address = { connectionId, endpoint: backend.endpoint, protocol };
  const engineId = await engine.generateId(request);
  const headers = subprotocolHeaders(request);
  const kept = withoutForgotten(handshake);
  await Promise.all([
    backend.connections.create({
      ...address,
      handshake: kept,
      connectedAt,
      shared: requestToStore(kept === handshake ? request : withHeaders(request, kept), kept, runtime.limits),
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
