/** One connection to a host, which carries one request at a time (RFC 9112 §9.3). */
import type { Socket } from "node:net";
import { HttpError } from "../errors.js";
import type { Dialer } from "./dialer.js";
import { type Answer, type Response, ResponseReader } from "./http-response.js";

export interface Exchange {
  /** Head and body, as they go over the wire. */
  readonly request: string;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

export interface SocketOwner {
  /** The answer has come, and the connection can carry the next request. */
  onFree(socket: HttpSocket): void;
  /** Comes once, and as soon as it is known: from then on the connection carries nothing. */
  onEnd(socket: HttpSocket, end: SocketEnd): void;
}

export interface SocketEnd {
  /** Taken from among the idle ones, it gave not one byte: it was dead before. */
  readonly wasDead: boolean;
  /** The request that was lost with it. All others are settled. */
  readonly lost: Exchange | undefined;
}

export class HttpSocket {
  readonly #socket: Socket;
  readonly #reader: ResponseReader;
  #exchange: Exchange | undefined;
  #freeSinceMs = 0;
  #hasEnded = false;

  /** @param silenceMs without a byte, after which a request is given up */
  constructor(
    dialer: Dialer,
    silenceMs: number,
    private readonly owner: SocketOwner,
    maxAnswerBytes?: number,
  ) {
    this.#reader = new ResponseReader(maxAnswerBytes);
    const socket = dialer.dial((bytes) => this.#read(bytes));
    this.#socket = socket;
    socket.on("end", () => this.close());
    socket.on("close", () => this.close());
    socket.on("error", (error) => this.close(error));
    socket.setTimeout(silenceMs, () => {
      if (this.#exchange) this.close(new HttpError(`was silent for ${silenceMs} ms`));
    });
  }

  /** When its last answer came; 0 before. */
  get freeSinceMs(): number {
    return this.#freeSinceMs;
  }

  /** Only while it is free. */
  carry(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#socket.ref();
    this.#socket.write(exchange.request);
  }

  /** Settles the request that is under way, if any. */
  close(error?: Error): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#socket.destroy();
    const exchange = this.#exchange;
    this.#exchange = undefined;
    const wasDead = exchange !== undefined && this.#freeSinceMs > 0 && !this.#reader.hasBegun;
    const isLost = wasDead && !(error instanceof HttpError);
    if (exchange && !isLost) this.#settle(exchange, error);
    this.owner.onEnd(this, { wasDead, lost: isLost ? exchange : undefined });
  }

  #settle(exchange: Exchange, error?: Error): void {
    const response = error ? undefined : this.#reader.end();
    if (response) exchange.resolve(response.answer);
    else exchange.reject(error ?? new HttpError("ended the connection before its answer"));
  }

  #read(bytes: Buffer): void {
    if (!this.#exchange) {
      this.close(); // what nobody asked for is no answer (RFC 9112 §9.2)
      return;
    }
    try {
      const response = this.#reader.read(bytes);
      if (response) this.#answer(this.#exchange, response);
    } catch (error) {
      this.close(error as Error);
    }
  }

  #answer(exchange: Exchange, { answer, isLast }: Response): void {
    this.#exchange = undefined;
    exchange.resolve(answer);
    const isEarly = this.#socket.writableLength > 0; // the host has not got all of the request
    if (isLast || isEarly) {
      this.close();
      return;
    }
    this.#freeSinceMs = Date.now();
    this.#socket.unref(); // kept for the next request, and no reason for a process to live
    this.owner.onFree(this);
  }
}
