/**
 * Hands a request to one of Node's HTTP servers over a connection in memory: to the server it is a request
 * like any other, so whatever runs on it (Express, Koa, Fastify, Nest, a bare handler) needs no adapter, and
 * nobody builds a request or a response by hand. Node takes any duplex stream as a connection
 * (nodejs.org/api/http.html#event-connection).
 */
import { type IncomingMessage, request, type Server } from "node:http";
import { duplexPair } from "node:stream";
import { buffer } from "node:stream/consumers";

export interface RequestInMemory {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** What the server takes for the other end of its connection. */
  readonly remoteAddress: string;
  readonly isSecure: boolean;
}

export interface ResponseInMemory {
  readonly statusCode: number;
  /**
   * In the order in which the server sent them; names in lower case, and several times where they came so.
   */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/**
 * Resolves when the response has ended.
 *
 * @throws the server's own error where it closes the connection without an answer; the signal's reason.
 */
export async function requestInMemory(
  server: Server,
  { method, path, headers, body, remoteAddress, isSecure }: RequestInMemory,
  signal: AbortSignal,
): Promise<ResponseInMemory> {
  const [clientEnd, serverEnd] = duplexPair();
  // What frameworks read of a `net.Socket` or a `tls.TLSSocket`.
  Object.assign(serverEnd, { remoteAddress, encrypted: isSecure });
  server.emit("connection", serverEnd);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request({ createConnection: () => clientEnd, method, path, headers, signal });
    outgoing.on("response", resolve).on("error", reject).end(body);
  });
  const answered = await buffer(response);
  serverEnd.destroy();
  const { rawHeaders, statusCode = 500 } = response;
  return { statusCode, headers: pairs(rawHeaders), body: answered };
}

function pairs(raw: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    found.push([(raw[index] as string).toLowerCase(), raw[index + 1] as string]);
  }
  return found;
}
