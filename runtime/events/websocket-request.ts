/**
 * The request of a WebSocket's handshake, as middlewares and listeners of `io.engine` see it (engine.io 6.6
 * `server.ts`, `handleUpgrade`). They get a response as on a server; but API Gateway passes none of its
 * headers on to a client that is let in.
 */
import { CapturedResponse, splitHeaders } from "../connection/captured-response.js";
import { runEngineMiddlewares } from "../connection/request-middlewares.js";
import { type HandshakeRequest, toRequest } from "../connection/socket-request.js";
import { warnOnce } from "../log/log.js";
import type { Runtime } from "../runtime.js";
import type { StoredHandshake } from "../store/store.js";
import type { RequestMarks } from "../values/request-marks.js";
import { tellHeaders } from "./engine-headers.js";
import { sessionToUpgrade, withoutSid } from "./handshake-verdict.js";
import type { GatewayResult } from "./invocation.js";

export class WebSocketRequest {
  readonly handshake: StoredHandshake;
  readonly request: HandshakeRequest;
  /** The session that it wants to take over. */
  readonly sid: string | undefined;
  /** What middlewares have put on the request. */
  marks: RequestMarks | undefined;
  #response: CapturedResponse | undefined;

  constructor(
    private readonly runtime: Runtime,
    connectionId: string,
    handshake: StoredHandshake,
  ) {
    this.sid = sessionToUpgrade(handshake.query);
    const isGuarded = runtime.engine.middlewares.length > 0;
    this.handshake = isGuarded && this.sid === undefined ? withoutSid(handshake) : handshake;
    this.request = toRequest(connectionId, this.handshake);
  }

  /**
   * Resolves with the answer where a middleware has ended the response: the client is not let in. (Upstream
   * closes its connection without an answer.)
   */
  async applyMiddlewares(withinMs: number): Promise<GatewayResult | undefined> {
    const { middlewares } = this.runtime.engine;
    if (middlewares.length === 0) return undefined;
    this.#response = new CapturedResponse(this.request);
    const ran = await runEngineMiddlewares(middlewares, this.request, this.#response, withinMs);
    if (ran === "ended") {
      const { statusCode, body = "" } = this.#response.result;
      return { statusCode: statusCode >= 400 ? statusCode : 400, body };
    }
    this.marks = ran;
    return undefined;
  }

  /** It is let in: those hear of it that wait for the answer's head. */
  accepted(): void {
    const response = this.#response;
    if (response && !response.headersSent) response.writeHead(200);
    const headers = { ...response?.getHeaders() };
    if (this.sid === undefined) tellHeaders(this.runtime, "initial_headers", headers, this.request);
    tellHeaders(this.runtime, "headers", headers, this.request);
    const [cookie] = splitHeaders(headers).cookies;
    // A client that upgrades has had its cookie by long-polling.
    if (cookie !== undefined && this.sid === undefined) warnOfCookie(cookie.split("=")[0] ?? "");
  }
}

function warnOfCookie(name: string): void {
  warnOnce(
    `The cookie ${JSON.stringify(name)} is set on the handshake of a WebSocket, and API Gateway does not pass it on: the client has no such cookie. Set it in an HTTP answer before, or let clients begin with HTTP long-polling: see docs/sessions.md#cookies.`,
  );
}
