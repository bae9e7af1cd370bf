/**
 * One HTTP request to Engine.IO, as its middlewares and listeners see it: the request, and the response that
 * becomes its answer. `cors` is upstream's first middleware, and behind it come those of `io.engine.use()`
 * (engine.io 6.6 `server.ts`).
 */
import { serialize } from "cookie";
import cors from "cors";
import { CapturedResponse, splitHeaders } from "../connection/captured-response.js";
import type { EngineMiddleware } from "../connection/engine.js";
import { runEngineMiddlewares } from "../connection/request-middlewares.js";
import { type HandshakeRequest, toRequest } from "../connection/socket-request.js";
import { bodyOf, type HttpEvent, type HttpResult } from "../polling/http-event.js";
import type { Runtime } from "../runtime.js";
import type { StoredHandshake } from "../store/store.js";
import type { RequestMarks } from "../values/request-marks.js";
import { tellBlockedOrigin } from "./blocked-origin.js";
import { type HeaderValues, tellHeaders } from "./engine-headers.js";
import { httpHandshakeOf } from "./handshake.js";
import { isOwnOrigin, sessionOf, withoutSid } from "./handshake-verdict.js";

type Headers = Readonly<Record<string, string>>;

export class EngineRequest {
  readonly handshake: StoredHandshake;
  readonly request: HandshakeRequest;
  readonly method: string;
  /** What middlewares have put on the request. */
  marks: RequestMarks | undefined;
  readonly #response: CapturedResponse;

  constructor(
    private readonly runtime: Runtime,
    event: HttpEvent,
    /** Of a session that may begin. */
    id: string,
  ) {
    const handshake = httpHandshakeOf(event);
    this.handshake = sessionOf(handshake.query) === undefined ? withoutSid(handshake) : handshake;
    this.method = event.requestContext.http.method;
    this.request = toRequest(id, this.handshake, this.method);
    this.#response = new CapturedResponse(this.request);
    if (runtime.engine.middlewares.length > 0) giveBody(this.request, bodyOf(event));
  }

  /** Resolves with the answer to a preflight. */
  async applyCors(withinMs: number): Promise<HttpResult | undefined> {
    const option = this.runtime.options.cors;
    const middleware = option ? [cors(option as cors.CorsOptions) as unknown as EngineMiddleware] : [];
    if ((await this.#run(middleware, withinMs)) === "ended") return this.#response.result;
    const { origin, host } = this.request.headers;
    const isOpen = this.#response.hasHeader("access-control-allow-origin");
    if (origin !== undefined && !isOpen && !isOwnOrigin(origin, host)) tellBlockedOrigin(origin, option);
    return undefined;
  }

  /** Those of `io.engine.use()`. Resolves with the answer where one of them has given it. */
  async applyMiddlewares(withinMs: number): Promise<HttpResult | undefined> {
    const { middlewares } = this.runtime.engine;
    if (middlewares.length === 0) return undefined;
    const ran = await this.#run(middlewares, withinMs);
    if (ran === "ended") return this.#response.result;
    this.marks = ran;
    return undefined;
  }

  #run(middlewares: readonly EngineMiddleware[], withinMs: number) {
    return runEngineMiddlewares(middlewares, this.request, this.#response, withinMs);
  }

  /** An answer that is none of Engine.IO's, with the headers of `cors`. */
  beside(answer: HttpResult): HttpResult {
    const { headers } = splitHeaders(this.#response.getHeaders());
    return { ...answer, headers: { ...headers, ...answer.headers } };
  }

  /**
   * Of the answer that begins a session. `repeated`: what each GET of the session gets, too, though this code
   * does not run for it; a cookie is not among them.
   */
  initialHeaders(sid: string): { readonly headers: HeaderValues; readonly repeated: Headers } {
    const { options } = this.runtime;
    const headers: HeaderValues = {};
    if (options.cookie) headers["Set-Cookie"] = [cookieOf(options.cookie, sid)];
    tellHeaders(this.runtime, "initial_headers", headers, this.request);
    const initial = { ...headers };
    tellHeaders(this.runtime, "headers", headers, this.request);
    const ofEach = Object.entries(headers).filter(([name, value]) => value !== initial[name]);
    const repeated = { ...this.#response.getHeaders(), ...Object.fromEntries(ofEach) };
    return { headers, repeated: splitHeaders(repeated).headers };
  }

  /** `answer`, with what middlewares and listeners of the app add; they have done their last work then. */
  answer(answer: HttpResult, headers = this.#headersOfEach()): Promise<HttpResult> {
    return this.#send(answer, headers);
  }

  #headersOfEach(): HeaderValues {
    const headers: HeaderValues = {};
    tellHeaders(this.runtime, "headers", headers, this.request);
    return headers;
  }

  /** An error's answer has the middlewares' headers, for a browser to show it. */
  refused(answer: HttpResult): Promise<HttpResult> {
    return this.#send(answer, {});
  }

  /** Through the response: a middleware may wait for its head (a cookie) or its end (a session to save). */
  async #send({ statusCode, headers, body }: HttpResult, others: HeaderValues): Promise<HttpResult> {
    const response = this.#response;
    // A middleware may have begun an answer before it has failed.
    if (response.headersSent) response.end();
    else {
      const all = { ...headers, ...others };
      for (const [name, value] of Object.entries(all)) {
        if (value !== undefined) response.setHeader(name, value);
      }
      // `cookie` has written `Set-Cookie`, and a listener may have written `set-cookie`: both are sent.
      const { cookies } = splitHeaders(all);
      if (cookies.length > 0) response.setHeader("set-cookie", cookies);
      response.writeHead(statusCode);
      response.end(body);
    }
    await response.ended;
    return response.result;
  }
}

/** For a middleware that reads it. What the app's sockets get is read of the event. */
function giveBody(request: HandshakeRequest, body: string): void {
  const stream = request as unknown as { push(chunk: string | null): void };
  if (body !== "") stream.push(body);
  stream.push(null);
}

interface CookieOptions {
  readonly name?: string;
  readonly path?: string;
}

/** With upstream's defaults. */
function cookieOf(option: true | object, sid: string): string {
  const options = { name: "io", path: "/", httpOnly: true, sameSite: "lax" as const };
  const { name, path, ...rest } = { ...options, ...(option === true ? {} : (option as CookieOptions)) };
  return serialize(name, sid, { ...rest, path });
}
