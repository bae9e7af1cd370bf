/**
 * The least HTTP/1.1 server that can replace AWS: one request at a time a connection, bodies with a
 * length. Node's own would use as much CPU as the clients under test, and the two share a machine.
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

export interface Request {
  readonly method: string;
  readonly path: string;
  /** The lines before the body. */
  readonly head: string;
  readonly body: Buffer;
}

/** Answers when it likes, by a whole response from {@link response}. */
export type OnRequest = (request: Request, answer: (response: string | Buffer) => void) => void;

/**
 * Listens on a free port of the loopback interface, which it gives. Over TLS where there is a certificate,
 * with its key, as PEM.
 */
export async function serveHttp(onRequest: OnRequest, pem?: string): Promise<number> {
  const onSocket = (socket: Socket) => read(socket, onRequest);
  const server = pem
    ? createTlsServer({ noDelay: true, key: pem, cert: pem }, onSocket)
    : createServer({ noDelay: true }, onSocket);
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 });
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

export function response(status: string, headers: readonly string[] = [], body = ""): string {
  const lines = [`HTTP/1.1 ${status}`, ...headers, `content-length: ${Buffer.byteLength(body)}`, "", body];
  return lines.join("\r\n");
}

const HEAD_END = Buffer.from("\r\n\r\n");

function read(socket: Socket, onRequest: OnRequest): void {
  let pending: Buffer = Buffer.alloc(0);
  const answer = (text: string | Buffer) => {
    if (!socket.destroyed) socket.write(text);
  };
  socket.on("error", () => socket.destroy()); // a client that ends while it waits for an answer
  socket.on("data", (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const headEnd = pending.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = pending.toString("latin1", 0, headEnd);
    const bodyStart = headEnd + HEAD_END.length;
    const bodyEnd = bodyStart + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    if (pending.length < bodyEnd) return;
    const [method = "", path = ""] = head.split(" ", 2);
    const body = pending.subarray(bodyStart, bodyEnd);
    pending = pending.subarray(bodyEnd);
    onRequest({ method, path, head, body }, answer);
  });
}
