import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { ConnectionFacts, Identity } from "./events.js";
import { FrameMeter, type MessageFrames } from "./frame-meter.js";
import { newId } from "./ids.js";
import type { GatewayLimits } from "./limits.js";

/**
 * Nothing can be posted to a connection that is still connecting, nor to a closed one: both
 * are "gone" (aws-facts §1.1).
 */
export type ConnectionState = "connecting" | "open" | "closed";

/** What a connection tells its gateway, and what it must know of it. */
export interface ConnectionOwner {
  readonly limits: GatewayLimits;
  now(): number;
  /** A text message within the limits, in the order of arrival. Must return at once. */
  onMessage(connection: Connection, text: string, bytes: number): void;
  /** Something goes to an open connection. Must return at once. */
  onSend(connection: Connection, text: string | Buffer): void;
  /** The end of an open connection, exactly once, with the code and reason of `$disconnect` (§1.3). */
  onEnd(connection: Connection, code: number, reason: string): void;
}

/** One client: its WebSocket, once the handshake is done, and the limits that bind it. */
export class Connection implements ConnectionFacts {
  readonly id = newId();
  readonly connectedAtMs: number;
  /** Time of the last data message in either direction. */
  lastActiveAtMs: number;
  #state: ConnectionState = "connecting";
  #socket: WebSocket | undefined;
  #frames = new FrameMeter();
  #expiry: NodeJS.Timeout | undefined;

  constructor(
    readonly identity: Identity,
    readonly domainName: string,
    private readonly owner: ConnectionOwner,
  ) {
    this.connectedAtMs = owner.now();
    this.lastActiveAtMs = this.connectedAtMs;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /**
   * The handshake is answered with 101: from now on messages flow both ways. `stream` is
   * the TCP socket under `socket`.
   */
  open(socket: WebSocket, stream: Duplex): void {
    this.#socket = socket;
    this.#state = "open";
    // In front of ws's own listener, so that the frames of a message are known when ws reports the message.
    stream.prependListener("data", (chunk: Buffer) => this.#frames.push(chunk));
    socket.on("message", (data, isBinary) => this.#receive(data as Buffer, isBinary));
    socket.on("error", (error) => this.#end(closeCodeOf(error), ""));
    socket.on("close", (code, reason) => this.#end(code, code === 1005 ? NO_STATUS : reason.toString()));
    this.expireIfDue();
  }

  /** The client went away before the 101 could be written, although `$connect` had accepted it. */
  lose(): void {
    this.#state = "open";
    this.#end(1006, "");
  }

  /** `$connect` refused: there has never been a connection, so there is no end of it either. */
  refuse(): void {
    this.#state = "closed";
  }

  /**
   * Sends one text frame. What is sent to a connection that is gone goes nowhere; look at
   * `state` first where it matters.
   */
  send(text: string | Buffer): void {
    if (this.#state !== "open") return;
    this.lastActiveAtMs = this.owner.now();
    this.owner.onSend(this, text);
    this.#socket?.send(text, { binary: false });
  }

  /** Whether `bytes` more fit into what may wait for this client. */
  hasRoomFor(bytes: number): boolean {
    return (this.#socket?.bufferedAmount ?? 0) + bytes <= this.owner.limits.sendBufferBytes;
  }

  /**
   * Closes from the gateway's side. The connection counts as gone at once, without waiting
   * for the client's answer.
   */
  close(code: number, reason: string): void {
    if (this.#state !== "open") return;
    this.#socket?.close(code, reason);
    this.#end(code, reason);
  }

  /** Ends the TCP connection without a close frame, as a lost network does: both sides see 1006. */
  drop(): void {
    this.#socket?.terminate();
    this.#end(1006, "");
  }

  /**
   * Closes because the gateway stops: resolves when the client has answered, or without its
   * answer after `graceMs`.
   */
  async leave(graceMs: number): Promise<void> {
    const socket = this.#socket;
    if (!socket || socket.readyState === socket.CLOSED) return;
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    const timer = setTimeout(() => socket.terminate(), graceMs);
    this.close(1001, "Going away");
    await closed;
    clearTimeout(timer);
  }

  /**
   * Closes the connection if its idle time or its life is over, else looks again when the
   * nearer of both is due.
   */
  expireIfDue(): void {
    if (this.#state !== "open") return;
    clearTimeout(this.#expiry);
    const { idleMs, durationMs } = this.owner.limits;
    const dueMs = Math.min(this.lastActiveAtMs + idleMs, this.connectedAtMs + durationMs) - this.owner.now();
    if (dueMs <= 0) this.close(1001, "Going away");
    else this.#expiry = setTimeout(() => this.expireIfDue(), Math.min(dueMs, LONGEST_TIMER_MS)).unref();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    const frames = this.#frames.shift();
    if (this.#state !== "open") return;
    const closeCode = this.#closeCodeFor(data, isBinary, frames);
    if (closeCode !== undefined) {
      this.close(closeCode, "");
      return;
    }
    this.lastActiveAtMs = this.owner.now();
    this.owner.onMessage(this, data.toString(), data.length);
  }

  /**
   * Messages over the message limit never get here: ws refuses them by its maxPayload, with the same 1009.
   */
  #closeCodeFor(data: Buffer, isBinary: boolean, frames: MessageFrames | undefined): number | undefined {
    if (isBinary) return 1003;
    // The size of a lone frame is taken after inflation, that of fragments as sent: AWS
    // documents neither (§4).
    const isFragmented = frames !== undefined && frames.frames > 1;
    const largestFrameBytes = isFragmented ? frames.largestFrameBytes : data.length;
    return largestFrameBytes > this.owner.limits.frameBytes ? 1009 : undefined;
  }

  /**
   * The first cause of an end is the one that counts; what follows from it (the client's
   * answer to a close) is not.
   */
  #end(code: number, reason: string): void {
    if (this.#state !== "open") return;
    this.#state = "closed";
    clearTimeout(this.#expiry);
    this.owner.onEnd(this, code, reason);
  }
}

/** AWS's words for a close frame without a status (§1.3). */
const NO_STATUS = "Client-side close frame status not set";

/** Longer ones fire at once in Node. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The close code that `ws` sends for an error it found in the client's stream. Errors without a code of `ws`
 * are those of the TCP socket: nothing was sent.
 * https://github.com/websockets/ws/blob/8.20.0/doc/ws.md#error-codes
 */
function closeCodeOf(error: Error): number {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH":
    case "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH":
      return 1009;
    case "WS_ERR_INVALID_UTF8":
      return 1007;
    case "WS_ERR_TOO_MANY_BUFFERED_PARTS":
      return 1008;
    default:
      return code?.startsWith("WS_ERR_") ? 1002 : 1006;
  }
}
