import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { localPackage } from "../packages.js";
import type { Invoke, WebSocketApi } from "./api.js";
import { Connection, type ConnectionOwner } from "./connection.js";
import { IntegrationTimeoutError } from "./errors.js";
import { connectEvent } from "./events.js";
import type { OnGatewayEvent } from "./gateway-event.js";
import { type HandshakeRequest, readHandshakeRequest } from "./handshake-request.js";
import { integrate, type ProxyAnswer } from "./integration.js";
import type { RouteTable } from "./routes.js";
import type { Throttles } from "./throttle.js";

export interface HandshakeOptions {
  api: () => WebSocketApi;
  routes: () => RouteTable;
  throttles: Throttles;
  invoke: Invoke;
  owner: ConnectionOwner;
  /** The connection is open, its 101 written: posts reach it from now on. */
  onOpen: (connection: Connection, request: IncomingMessage) => void;
  onEvent: OnGatewayEvent;
}

export interface Handshakes {
  /**
   * Listener of the HTTP server's `upgrade` event. `sourceIp` is the address of the server by way of which
   * the request came; without one, the client's own.
   */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer, sourceIp?: string): void;
  /** Cuts every TCP connection that came through here and still stands, whatever its state. */
  abort(): void;
}

/**
 * Answers upgrade requests (aws-facts §1.1). The client waits until `$connect` has returned: 2xx gives 101,
 * any other status is passed through as that of the refused handshake, without headers and body; a function
 * that throws or answers nonsense gives 502, one that overruns its integration timeout 504 (unconfirmed), a
 * throttled `$connect` 429. No `$connect` route: 101 at once.
 *
 * The path is `/{stage}` or `/{stage}/`, anything else gets 403; a URL over the limit gets 414
 * (unconfirmed). A subprotocol is echoed only if the answer returns `Sec-WebSocket-Protocol`;
 * `permessage-deflate` is negotiated as AWS was seen to do. A client that leaves while `$connect` runs gets
 * its `$disconnect` (1006) if `$connect` accepts it (unconfirmed).
 */
export function handshakes({
  api,
  routes,
  throttles,
  invoke,
  owner,
  onOpen,
  onEvent,
}: HandshakeOptions): Handshakes {
  const streams = new Set<Duplex>();
  const admitted = new WeakMap<IncomingMessage, Admission>();
  const sourceIps = new WeakMap<IncomingMessage, string>();

  const { WebSocketServer } = localPackage("ws");
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: owner.limits.messageBytes,
    // Without context takeover `ws` leaves small messages uncompressed: deflating each
    // costs more than a millisecond.
    perMessageDeflate: {
      serverMaxWindowBits: 12,
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
    },
    // ws would echo the first offer; API Gateway echoes what the function returned, offered or not.
    handleProtocols: () => false,
    // ws has checked the WebSocket headers when it asks, so that $connect never sees a broken handshake.
    verifyClient: ({ req }, accept) => void admit(req, () => accept(true)),
  });
  server.on("headers", (headers, request) => {
    const protocol = admitted.get(request)?.subprotocol;
    if (protocol !== undefined) headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
  });

  async function admit(request: IncomingMessage, accept: () => void): Promise<void> {
    const seen = readHandshakeRequest(request, owner.now(), sourceIps.get(request));
    const { userAgent, sourceIp } = seen;
    const connection = new Connection({ ...(userAgent && { userAgent }), sourceIp }, seen.host, owner);
    const answer = await askConnectRoute(connection, seen);
    if (typeof answer === "number" || answer.statusCode > 299) {
      connection.refuse();
      const status = typeof answer === "number" ? answer : answer.statusCode;
      const body = typeof answer === "number" ? `{"message": "${STATUS_CODES[status]}"}` : "";
      refuse(request.socket, status, body);
      const reason =
        answer === THROTTLED
          ? "$connect is throttled"
          : typeof answer === "number"
            ? "$connect failed"
            : "$connect refused";
      return onEvent({ type: "refused", connectionId: connection.id, status, reason });
    }

    admitted.set(request, { connection, subprotocol: answer.headers.get("sec-websocket-protocol") });
    const query = (request.url ?? "").split("?", 2)[1] ?? "";
    onEvent({ type: "connect", connectionId: connection.id, ...connection.identity, query });
    accept();
    if (connection.state === "connecting") connection.lose();
  }

  /** What `$connect` answered, or the status that stands for its failure or its throttle. */
  async function askConnectRoute(
    connection: Connection,
    seen: HandshakeRequest,
  ): Promise<ProxyAnswer | number> {
    const route = routes().connect;
    if (!throttles.takes("$connect")) return THROTTLED;
    if (!route) return { statusCode: 200, body: "", headers: new Map() };
    try {
      return await integrate(invoke, route, connectEvent(api(), connection, seen, owner.now()));
    } catch (error) {
      const { functionName, routeKey } = route;
      onEvent({ type: "error", connectionId: connection.id, routeKey, functionName, error });
      return error instanceof IntegrationTimeoutError ? 504 : 502;
    }
  }

  return {
    upgrade(request, stream, head, viaIp) {
      if (viaIp !== undefined) sourceIps.set(request, viaIp);
      // A client may go at any moment of its handshake; what that means is seen when the
      // answer cannot be written.
      stream.on("error", () => stream.destroy());
      streams.add(stream);
      stream.once("close", () => streams.delete(stream));
      const url = request.url ?? "";
      const { stage } = api();
      const path = url.split("?", 1)[0];
      const refuseEarly = (status: number, reason: string) => {
        refuse(stream, status, `{"message": "${STATUS_CODES[status]}"}`);
        onEvent({ type: "refused", status, reason });
      };
      if (url.length > owner.limits.urlLength) return refuseEarly(414, `URL of ${url.length} characters`);
      if (path !== `/${stage}` && path !== `/${stage}/`)
        return refuseEarly(403, `path ${path} is not /${stage}`);

      server.handleUpgrade(request, stream, head, (socket) => {
        const admission = admitted.get(request);
        if (!admission) throw new Error("ws completed a handshake that it never asked about"); // Unreachable.
        admission.connection.open(socket, stream);
        onOpen(admission.connection, request);
      });
    },
    abort() {
      for (const stream of streams) stream.destroy();
    },
  };
}

const THROTTLED = 429;

interface Admission {
  connection: Connection;
  subprotocol: string | undefined;
}

function refuse(stream: Duplex, status: number, body: string): void {
  stream.once("finish", () => stream.destroy());
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n` +
      "Connection: close\r\n" +
      (body ? "Content-Type: application/json\r\n" : "") +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
