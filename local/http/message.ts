/**
 * HTTP requests and answers as values: parts of the local stack hand them to each other without a connection.
 */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/** Names as they came, repeated ones one by one, in their order. */
export type HeaderFields = readonly (readonly [name: string, value: string])[];

export interface HttpRequest {
  readonly method: string;
  /** As on the wire, without the query. */
  readonly path: string;
  /** As on the wire, without the question mark; `""` where there is none. */
  readonly query: string;
  readonly headers: HeaderFields;
  /** Complete up to `MAX_BODY_BYTES`; one byte more says that it was longer. */
  readonly body: Buffer;
  /** Address of the sender. */
  readonly sourceIp: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: HeaderFields;
  readonly body: Buffer;
}

/** What the largest of API Gateway's APIs takes (aws-facts §12.1); nobody here needs to see more. */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** Reads a request to its end. Rejects where the client goes before that. */
export async function readRequest(request: IncomingMessage): Promise<HttpRequest> {
  return { ...readHead(request), body: await readBody(request) };
}

/** A request without its body, as an upgrade is. */
export function readHead(request: IncomingMessage): HttpRequest {
  const [, path = "/", query = ""] = /^([^?#]*)\??([^#]*)/.exec(request.url ?? "/") ?? [];
  return {
    method: request.method ?? "GET",
    path: path === "" ? "/" : path,
    query,
    headers: headerFields(request.rawHeaders),
    body: Buffer.alloc(0),
    sourceIp: (request.socket.remoteAddress ?? "").replace(/^::ffff:/, ""),
  };
}

/** All values of a header, joined as HTTP allows; undefined where it is missing. */
export function headerValue(headers: HeaderFields, name: string): string | undefined {
  const values = headers.filter(([candidate]) => candidate.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(name === "cookie" ? "; " : ", ");
}

export function jsonResponse(status: number, body: unknown): HttpResponse {
  return {
    status,
    headers: [["Content-Type", "application/json"]],
    body: Buffer.from(JSON.stringify(body)),
  };
}

export function writeResponse(response: ServerResponse, answer: HttpResponse): void {
  response.writeHead(answer.status, rawHeaders(answer)).end(answer.body);
}

/** Answers on a connection that has asked for an upgrade and does not get it. */
export function writeToStream(stream: Duplex, answer: HttpResponse): void {
  const raw = rawHeaders(answer);
  const lines = raw.filter((_, index) => index % 2 === 0).map((name, i) => `${name}: ${raw[i * 2 + 1]}\r\n`);
  stream.once("finish", () => stream.destroy());
  stream.write(`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ""}\r\n`);
  stream.end(Buffer.concat([Buffer.from(`${lines.join("")}Connection: close\r\n\r\n`), answer.body]));
}

function rawHeaders({ status, headers, body }: HttpResponse): string[] {
  const hasLength = headers.some(([name]) => name.toLowerCase() === "content-length");
  const mayHaveBody = status !== 204 && status !== 304;
  return [...headers.flat(), ...(!hasLength && mayHaveBody ? ["Content-Length", String(body.length)] : [])];
}

function headerFields(rawHeaders: readonly string[]): HeaderFields {
  const names = rawHeaders.filter((_, index) => index % 2 === 0);
  return names.map((name, index) => [name, rawHeaders[2 * index + 1] ?? ""] as const);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    // The rest is read and dropped, so that the client gets to read its answer.
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    bytes += chunk.length;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES + 1);
}
