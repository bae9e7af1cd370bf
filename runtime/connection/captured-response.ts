/**
 * The response that middlewares get: Node's own, on no connection. What is written is kept, for the answer of
 * the function.
 */
import { isUtf8 } from "node:buffer";
import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { HttpResult } from "../polling/http-event.js";
import type { HandshakeRequest } from "./socket-request.js";

type HeaderValues = Readonly<OutgoingHttpHeaders>;
type Chunk = string | Uint8Array;
type Callback = (error?: Error | null) => void;

export class CapturedResponse extends ServerResponse {
  /** Somebody has ended it, and what middlewares do at the end (saving a session) is done. */
  readonly ended: Promise<void>;
  readonly #chunks: Buffer[] = [];
  #onEnd = () => {};

  constructor(request: HandshakeRequest) {
    super(request as unknown as IncomingMessage);
    this.ended = new Promise((resolve) => {
      this.#onEnd = resolve;
    });
  }

  /** So that `getHeaders()` has these, too. */
  override writeHead(status: number, ...rest: unknown[]): this {
    const [reason] = rest;
    for (const [name, value] of headersIn(rest.at(-1))) this.setHeader(name, value);
    return typeof reason === "string" ? super.writeHead(status, reason) : super.writeHead(status);
  }

  override write(chunk: Chunk, encoding?: BufferEncoding | Callback, done?: Callback): boolean {
    if (!this.headersSent) this.flushHeaders();
    this.#take(chunk, encoding);
    const callback = typeof encoding === "function" ? encoding : done;
    if (callback) process.nextTick(() => callback());
    return true;
  }

  override end(chunk?: Chunk | Callback, encoding?: BufferEncoding | Callback, done?: Callback): this {
    if (this.writableEnded) return this;
    if (!this.headersSent) this.flushHeaders();
    if (chunk !== undefined && chunk !== null && typeof chunk !== "function") this.#take(chunk, encoding);
    super.end();
    // Node tells of it when the connection has taken it, and here is none.
    process.nextTick(() => {
      [chunk, encoding, done].find((one) => typeof one === "function")?.();
      this.emit("finish");
      this.emit("close");
    });
    this.#onEnd();
    return this;
  }

  /** What the function answers. */
  get result(): HttpResult {
    const { headers, cookies } = splitHeaders(this.getHeaders());
    const body = Buffer.concat(this.#chunks);
    return {
      statusCode: this.statusCode,
      headers,
      ...(cookies.length > 0 && { cookies }),
      ...(isUtf8(body)
        ? { body: body.toString() }
        : { body: body.toString("base64"), isBase64Encoded: true }),
    };
  }

  #take(chunk: Chunk, encoding?: BufferEncoding | Callback): void {
    const isText = typeof chunk === "string";
    const format = typeof encoding === "string" ? encoding : undefined;
    this.#chunks.push(isText ? Buffer.from(chunk, format) : Buffer.from(chunk));
  }
}

/** The forms that `writeHead` takes: an object, a list of pairs, a flat list. */
function headersIn(given: unknown): [string, string | readonly string[]][] {
  if (typeof given !== "object" || given === null) return [];
  if (!Array.isArray(given)) return Object.entries(given).filter(([, value]) => value !== undefined);
  if (Array.isArray(given[0])) return given;
  return given.flatMap((name, at) => (at % 2 === 0 ? [[name, given[at + 1]]] : []));
}

/** As API Gateway takes them. */
export function splitHeaders(all: HeaderValues): {
  headers: Record<string, string>;
  cookies: readonly string[];
} {
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
