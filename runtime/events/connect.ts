/**
 * `$connect`: decides over the handshake and stores the connection. 101 follows a 200; any other status goes to the client
 * as it is (`aws-facts.md` §1.1). The first packet follows our answer (docs/decisions/open-packet.md).
 *
 * Cost: 2 writes. Where no work can run after the answer, also 1 asynchronous invocation.
 */
import type { Later } from "../after-response.js";
import type { ConnectEvent, GatewayResult } from "../gateway-event.js";
import { handshakeOf, toRequest } from "../handshake-request.js";
import { type Refusal, verifyHandshake } from "../handshake-verdict.js";
import { slotOf } from "../heartbeat.js";
import { reportError } from "../log.js";
import type { Runtime } from "../runtime.js";
import type { Address } from "../store/store.js";
import { type OpenEvent, onOpen } from "./open.js";

export async function onConnect(
  runtime: Runtime,
  event: ConnectEvent,
  leftMs: () => number,
  later: Later | undefined,
): Promise<GatewayResult> {
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
  await greet(runtime, { selfEvent: "open", address, engineId }, leftMs, later);
  return { statusCode: 200 };
}

/** Nothing can be posted before we have returned (`aws-facts.md` §1.1). */
async function greet(
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

function refuse(runtime: Runtime, refusal: Refusal, req: ReturnType<typeof toRequest>): GatewayResult {
  const { status, code, message, context } = refusal;
  try {
    runtime.engine.emit("connection_error", { req, code, message, context });
  } catch (error) {
    reportError("handler", error, 'the handler of "connection_error"');
  }
  return { statusCode: status, body: JSON.stringify({ code, message }) };
}
