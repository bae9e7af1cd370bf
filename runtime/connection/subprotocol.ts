/**
 * `Sec-WebSocket-Protocol`: what a client offers, and what `$connect` answers. API Gateway negotiates nothing
 * itself. A browser gives up where it has offered subprotocols and none comes back, and one comes back only
 * where the function's answer has it
 * (docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subprotocol.html).
 *
 * As ws 8 does it, which engine.io leaves the choice to (`subprotocol.js`; `completeUpgrade` in
 * `websocket-server.js`): the first one of the offer, and HTTP 400 for an offer that cannot be read.
 */
import type { HandshakeRequest } from "./socket-request.js";

const HEADER = "sec-websocket-protocol";

/** RFC 9110 §5.6.2 */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** The offered names in their order, several headers in one; `undefined` where there is no offer. */
function offered({ headers }: HandshakeRequest): readonly string[] | undefined {
  return headers[HEADER]?.split(",").map((name) => name.replace(/^[ \t]+|[ \t]+$/g, ""));
}

/** Whether the offer can be read, or there is none. */
export function isReadableOffer(request: HandshakeRequest): boolean {
  const names = offered(request) ?? [];
  return names.every((name) => TOKEN.test(name)) && new Set(names).size === names.length;
}

/** The headers of the answer that lets the client in. */
export function subprotocolHeaders(request: HandshakeRequest): Readonly<Record<string, string>> | undefined {
  const [first] = offered(request) ?? [];
  return first === undefined ? undefined : { "Sec-WebSocket-Protocol": first };
}
