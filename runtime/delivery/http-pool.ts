/**
 * Connections to one host that stay open between requests and between events, each with one request at a time.
 *
 * Why not `node:http`: its request and response objects cost more than all the rest of a post, and posts are the bill of a
 * broadcast (docs/decisions/http-by-hand.md has the numbers).
 */
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { HttpError } from "../errors.js";
import { type Answer, ResponseReader } from "./http-response.js";

/** As many as `AdaptiveLimit` ever allows. */
const MAX_SOCKETS = 256;

/** Time without a byte after which a request is given up. */
const TIMEOUT_MS = 5_000;

interface Exchange {
  /** Head and body, as they go over the wire. */
  readonly request: string;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

export class HttpPool {
  readonly #idle: HttpSocket[] = [];
  readonly #waiting: Exchange[] = [];
  #open = 0;
  #session: Buffer | undefined;

  /** @param origin `https://host` or `http://host:port` */
  constructor(private readonly origin: URL) {}

  /** Resolves with any answer, whatever its status. @throws HttpError where there is none; the request may have been carried out. */
  send(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => this.#begin({ request, resolve, reject }));
  }

  #begin(exchange: Exchange): void {
    const idle = this.#idle.pop(); // the one that was used last is the likeliest to be still open
    if (idle) idle.carry(exchange);
    else if (this.#open < MAX_SOCKETS) this.#connect().carry(exchange);
    else this.#waiting.push(exchange);
  }

  #connect(): HttpSocket {
    this.#open++;
    return new HttpSocket(this.#dial(), {
      onFree: (socket) => {
        const next = this.#waiting.shift();
        if (next) socket.carry(next);
        else this.#idle.push(socket);
      },
      onClosed: (socket) => {
        this.#open--;
        const index = this.#idle.indexOf(socket);
        if (index >= 0) this.#idle.splice(index, 1);
        const next = this.#waiting.shift();
        if (next) this.#begin(next);
      },
      onStale: (exchange) => this.#begin(exchange),
    });
  }

  #dial(): Socket {
    const { protocol, hostname, port } = this.origin;
    if (protocol === "http:") return connectTcp({ host: hostname, port: Number(port || 80), noDelay: true });
    const socket = connectTls({
      host: hostname,
      servername: hostname,
      port: Number(port || 443),
      ALPNProtocols: ["http/1.1"],
      ...(this.#session && { session: this.#session }), // a round trip less
    });
    socket.setNoDelay(true);
    socket.on("session", (session) => {
      this.#session = session;
    });
    return socket;
  }
}

interface SocketHooks {
  readonly onFree: (socket: HttpSocket) => void;
  readonly onClosed: (socket: HttpSocket) => void;
  /** The host had closed the connection while nobody used it. */
  readonly onStale: (exchange: Exchange) => void;
}

class HttpSocket {
  readonly #reader = new ResponseReader();
  #exchange: Exchange | undefined;
  #isUsed = false;
  #error: Error | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly hooks: SocketHooks,
  ) {
    socket.setTimeout(TIMEOUT_MS);
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("timeout", () => {
      if (this.#exchange) this.#fail(new HttpError(`did not answer within ${TIMEOUT_MS} ms`));
    });
    socket.on("error", (error) => {
      this.#error = error;
    });
    socket.on("close", () => this.#closed());
  }

  carry(exchange: Exchange): void {
    this.#exchange = exchange;
    this.socket.ref();
    this.socket.write(exchange.request);
  }

  #read(chunk: Buffer): void {
    const exchange = this.#exchange;
    if (!exchange) {
      this.#fail(new HttpError("sent an answer that nobody asked for"));
      return;
    }
    try {
      const result = this.#reader.read(chunk);
      if (!result) return;
      this.#exchange = undefined;
      this.#isUsed = true;
      exchange.resolve(result.answer);
      if (result.isLast) this.socket.destroy();
      else this.#free();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #free(): void {
    this.socket.unref(); // kept for the next request, and no reason for a process to live
    this.hooks.onFree(this);
  }

  #fail(error: Error): void {
    this.#error = error;
    this.socket.destroy();
  }

  #closed(): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.hooks.onClosed(this);
    if (!exchange) return;
    const last = this.#reader.end();
    const isStale = this.#isUsed && this.#reader.isEmpty && !(this.#error instanceof HttpError);
    if (last) exchange.resolve(last.answer);
    else if (isStale) this.hooks.onStale(exchange);
    else exchange.reject(this.#error ?? new HttpError("ended the connection before its answer"));
  }
}
