/** A host over TCP or TLS that answers bytes with whatever bytes a test wants. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

/** One request, without a body, on one connection. */
export interface Request {
  /** `POST /path HTTP/1.1` and all lines after it. */
  readonly head: string;
  /** Without its slash. */
  readonly path: string;
  /** Of the host's end. */
  readonly socket: Socket;
  /** How many the connection carried before. */
  readonly before: number;
}

export type OnRequest = (request: Request) => void;

export const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/** Behind which the connection carries nothing. */
export const LAST_OK = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";

/** As text, for `HttpPool.send`. */
export function requestOf(path: string, body = ""): string {
  return `POST /${path} HTTP/1.1\r\nhost: test\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

export class RawHost {
  /** In the order in which they were opened. */
  readonly sockets: Socket[] = [];
  /** Paths, in the order in which they came. */
  readonly paths: string[] = [];
  /** Replaced by tests that change their mind. */
  onRequest: OnRequest;

  private constructor(
    private readonly server: Server,
    private readonly protocol: "http" | "https",
    onRequest: OnRequest,
  ) {
    this.onRequest = onRequest;
  }

  static async start(onRequest: OnRequest = answerOk, tls?: TlsOptions): Promise<RawHost> {
    const server = tls ? createTlsServer(tls) : createServer({ noDelay: true });
    const host = new RawHost(server, tls ? "https" : "http", onRequest);
    server.on(tls ? "secureConnection" : "connection", (socket: Socket) => host.#serve(socket));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return host;
  }

  /** @param hostname one that leads to 127.0.0.1 */
  origin(hostname = "127.0.0.1"): URL {
    return new URL(`${this.protocol}://${hostname}:${this.port}`);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Resolves when so many requests have come. */
  async got(count: number): Promise<void> {
    while (this.paths.length < count) await once(this.server, "request of a test");
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, "close");
  }

  #serve(socket: Socket): void {
    this.sockets.push(socket);
    let text = "";
    let before = 0;
    socket.on("error", () => {}); // the other end may go as it likes
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) return;
      const head = text.slice(0, end);
      text = text.slice(end + 4);
      const path = /^\w+ \/(\S*)/.exec(head)?.[1] ?? "";
      this.paths.push(path);
      this.onRequest({ head, path, socket, before: before++ });
      this.server.emit("request of a test");
    });
  }
}

export function answerOk({ socket }: Request): void {
  socket.write(OK);
}
