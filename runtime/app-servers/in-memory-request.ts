/**
 * Hands a request to one of Node's HTTP servers over a connection in memory: to the server it is a request
 * like any other, so whatever runs on it (Express, Koa, Fastify, Nest, a bare handler) needs no adapter, and
 * nobody builds a request or a response by hand. Node takes any duplex stream as a connection
 * (nodejs.org/api/http.html#event-connection).
 */
import { type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { Server as HttpsServer } from "node:https";
import { type Duplex, duplexPair } from "node:stream";
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
 * Resolves when the response has ended, for the client and for the server.
 *
 * @throws the client's error where the server closes the connection without an answer; the signal's reason.
 */
export async function requestInMemory(
  server: Server,
  { method, path, headers, body, remoteAddress, isSecure }: RequestInMemory,
  signal: AbortSignal,
): Promise<ResponseInMemory> {
  const [clientEnd, serverEnd] = duplexPair();
  // What frameworks read of a `net.Socket` or a `tls.TLSSocket`.
  Object.assign(serverEnd, { remoteAddress, encrypted: isSecure });
  // Node's client ends the connection behind the last byte, and the server's response may still be ending.
  clientEnd._final = (done) => done();
  // Node 20 does not tell the one end that the other was destroyed.
  serverEnd.once("close", () => clientEnd.destroy());
  signal.addEventListener("abort", () => serverEnd.destroy(), { once: true });
  const ended = responseEnded(server, serverEnd);
  // An HTTPS server takes a connection from TLS, which the front door has behind it.
  server.emit(server instanceof HttpsServer ? "secureConnection" : "connection", serverEnd);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = request({ createConnection: () => clientEnd, method, path, headers, signal });
      outgoing.on("response", resolve).on("error", reject).end(body);
    });
    const answered = await buffer(response);
    await ended;
    const { rawHeaders, statusCode = 500 } = response;
    return { statusCode, headers: pairs(rawHeaders), body: answered };
  } finally {
    serverEnd.destroy();
  }
}

/**
 * Resolves when the server is done with the response on this connection. It may be done later than the
 * client: `pipe` writes the last of `Content-Length` bytes, and ends the response a moment after that.
 */
function responseEnded(server: Server, connection: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const onRequest = ({ socket }: IncomingMessage, response: ServerResponse) => {
      if ((socket as Duplex) === connection) response.once("finish", done);
    };
    const done = () => {
      server.off("request", onRequest);
      resolve();
    };
    server.on("request", onRequest);
    // Where no request came of it: Node answers what it cannot parse itself.
    connection.once("finish", done).once("close", done);
  });
}

function pairs(raw: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    found.push([(raw[index] as string).toLowerCase(), raw[index + 1] as string]);
  }
  return found;
}
