/**
 * Connections to one origin that stay open between requests and between events.
 *
 * Why not `node:http`: its request and response objects are half of a post's CPU, and posts are the bill of a
 * broadcast (docs/decisions/http-by-hand.md has the numbers).
 */

import { Queue } from "../async/queue.js";
import { Dialer } from "./dialer.js";
import type { Answer } from "./http-response.js";
import { type Exchange, HttpSocket, type SocketOwner } from "./http-socket.js";

export interface HttpPoolOptions {
  /**
   * Connections at most; requests beyond wait, first come, first served. Default: 256, as many as
   * `AdaptiveLimit` ever allows.
   */
  readonly maxSockets?: number;
  /** Time without a byte after which a request is given up; 0 for never. Default: 5,000. */
  readonly silenceMs?: number;
  /** An answer that is larger, or says so, is none. Default: 1 MB. */
  readonly maxAnswerBytes?: number;
  /** Certificates to trust instead of Node's. */
  readonly ca?: string;
}

/**
 * Many hosts close after 60 s without a request, and an environment that was frozen meanwhile may never hear
 * of it.
 */
const MAX_IDLE_MS = 50_000;

export class HttpPool {
  readonly #dialer: Dialer;
  readonly #maxSockets: number;
  readonly #silenceMs: number;
  readonly #maxAnswerBytes: number | undefined;
  /** Those that have been idle for longest come first. */
  readonly #idle: HttpSocket[] = [];
  readonly #waiting = new Queue<Exchange>();
  #open = 0;

  /** @param origin `https://host` or `http://host:port` */
  constructor(
    origin: URL,
    { maxSockets = 256, silenceMs = 5_000, maxAnswerBytes, ca }: HttpPoolOptions = {},
  ) {
    this.#dialer = new Dialer(origin, ca);
    this.#maxSockets = maxSockets;
    this.#silenceMs = silenceMs;
    this.#maxAnswerBytes = maxAnswerBytes;
  }

  /**
   * Resolves with any answer, whatever its status. A request that meets a connection which the host closed
   * while it was idle goes out once more, at once and on a new one.
   *
   * @throws HttpError, or the error of the system or of TLS, where there is no answer; the request may have
   *   been carried out.
   */
  send(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const exchange = { request, resolve, reject };
      const idle = this.#takeIdle();
      if (idle) idle.carry(exchange);
      else if (this.#open < this.#maxSockets) this.#connect(exchange);
      else this.#waiting.push(exchange);
    });
  }

  /** The one that was used last, for it is the likeliest to be still open. */
  #takeIdle(): HttpSocket | undefined {
    const last = this.#idle.at(-1);
    if (last && last.freeSinceMs < Date.now() - MAX_IDLE_MS) this.#closeIdleSince(last.freeSinceMs);
    return this.#idle.pop();
  }

  #connect(exchange: Exchange): void {
    const socket = new HttpSocket(this.#dialer, this.#silenceMs, this.#owner, this.#maxAnswerBytes);
    this.#open++;
    socket.carry(exchange);
  }

  readonly #owner: SocketOwner = {
    onFree: (socket) => {
      const next = this.#waiting.shift();
      if (next) socket.carry(next);
      else this.#idle.push(socket);
    },
    onEnd: (socket, { wasDead, lost }) => {
      this.#open--;
      const index = this.#idle.indexOf(socket);
      if (index >= 0) this.#idle.splice(index, 1);
      // After a freeze all are dead. Only the first requests shall meet that, and each of them once.
      if (wasDead) this.#closeIdleSince(socket.freeSinceMs);
      const next = lost ?? this.#waiting.shift();
      if (next) this.#connect(next);
    },
  };

  /** Those that have been idle since then, or for longer. */
  #closeIdleSince(timeMs: number): void {
    for (const socket of this.#idle.filter(({ freeSinceMs }) => freeSinceMs <= timeMs)) socket.close();
  }
}
