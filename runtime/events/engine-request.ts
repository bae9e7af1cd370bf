/**
 * One HTTP request to Engine.IO, as its middlewares and listeners see it: the request, and the headers that
 * its answer gets. `cors` is upstream's first middleware, and here the only one (engine.io 6.6 `server.ts`).
 */
import { ServerResponse } from "node:http";
import { serialize } from "cookie";
import cors from "cors";
import { type HandshakeRequest, toRequest } from "../connection/socket-request.js";
import { reportError } from "../log/log.js";
import type { HttpEvent, HttpResult } from "../polling/http-event.js";
import type { Runtime } from "../runtime.js";
import type { StoredHandshake } from "../store/store.js";
import { httpHandshakeOf } from "./handshake.js";

type Headers = Readonly<Record<string, string>>;

type HeaderValues = Record<string, string | number | readonly string[] | undefined>;

export class EngineRequest {
  readonly handshake: StoredHandshake;
  readonly request: HandshakeRequest;
  readonly method: string;
  readonly #response: ServerResponse;

  constructor(
    private readonly runtime: Runtime,
    event: HttpEvent,
    /** Of a session that may begin. */
    id: string,
  ) {
    this.handshake = httpHandshakeOf(event);
    this.method = event.requestContext.http.method;
    this.request = { ...toRequest(id, this.handshake), method: this.method };
    this.#response = new ServerResponse(this.#incoming());
  }

  /** Resolves with the answer where a middleware has given it, as `cors` does to a preflight. */
  async applyMiddlewares(): Promise<HttpResult | undefined> {
    const { options } = this.runtime;
    if (options.cors) await this.#run(cors(options.cors as cors.CorsOptions));
    if (!this.#response.writableEnded) return undefined;
    return { statusCode: this.#response.statusCode, ...this.#split(this.#response.getHeaders()), body: "" };
  }

  /**
   * Of the answer that begins a session. `repeated`: what each GET of the session gets, too, though this code
   * does not run for it; a cookie is not among them.
   */
  initialHeaders(sid: string): { readonly headers: HeaderValues; readonly repeated: Headers } {
    const { options } = this.runtime;
    const headers: HeaderValues = {};
    if (options.cookie) headers["Set-Cookie"] = [cookieOf(options.cookie, sid)];
    this.#tell("initial_headers", headers);
    const initial = { ...headers };
    this.#tell("headers", headers);
    const ofEach = Object.entries(headers).filter(([name, value]) => value !== initial[name]);
    const repeated = { ...this.#response.getHeaders(), ...Object.fromEntries(ofEach) };
    return { headers, repeated: this.#split(repeated).headers };
  }

  /** `answer`, with what middlewares and the app's listeners add. */
  answer(answer: HttpResult, headers = this.#headersOfEach()): HttpResult {
    const { headers: own, cookies } = this.#split({ ...this.#response.getHeaders(), ...headers });
    return {
      ...answer,
      headers: { ...answer.headers, ...own },
      ...(cookies.length > 0 && { cookies }),
    };
  }

  #headersOfEach(): HeaderValues {
    const headers: HeaderValues = {};
    this.#tell("headers", headers);
    return headers;
  }

  /** An error's answer has the middlewares' headers, for a browser to show it. */
  refused(answer: HttpResult): HttpResult {
    const { headers } = this.#split(this.#response.getHeaders());
    return { ...answer, headers: { ...headers, ...answer.headers } };
  }

  /** What a listener of the app's throws costs its header, and not the client. */
  #tell(event: "initial_headers" | "headers", headers: HeaderValues): void {
    try {
      this.runtime.engine.emit(event, headers, this.request);
    } catch (error) {
      reportError("handshake", error, `io.engine.on("${event}")`);
    }
  }

  #run(middleware: ReturnType<typeof cors>): Promise<void> {
    return new Promise((resolve, reject) => {
      const next = (error?: unknown) => (error ? reject(error) : resolve());
      const response = this.#response;
      // It has no connection, so nothing tells of its end.
      const end = response.end.bind(response) as () => typeof response;
      response.end = () => {
        resolve();
        return end();
      };
      middleware(this.#incoming(), response, next);
    });
  }

  /** The part of Node's class that `cors` and `ServerResponse` read. */
  #incoming(): ConstructorParameters<typeof ServerResponse>[0] {
    const http = { httpVersionMajor: 1, httpVersionMinor: 1 };
    return { ...this.request, ...http } as unknown as ConstructorParameters<typeof ServerResponse>[0];
  }

  #split(all: HeaderValues): { headers: Headers; cookies: readonly string[] } {
    const headers: Record<string, string> = {};
    const cookies: string[] = [];
    for (const [name, value] of Object.entries(all)) {
      if (value === undefined) continue;
      const values = Array.isArray(value) ? value.map(String) : [String(value)];
      if (name.toLowerCase() === "set-cookie") cookies.push(...values);
      else headers[name.toLowerCase()] = values.join(", ");
    }
    return { headers, cookies };
  }
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
