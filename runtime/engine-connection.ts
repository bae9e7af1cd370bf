/**
 * What socket.io's `Client` sees of a connection: the members that it, and documented user code, read of an Engine.IO
 * socket (socket.io 4.8 `client.ts` and `socket.ts`). It lives for one event.
 */
import { EventEmitter } from "node:events";
import type { HandshakeRequest } from "./handshake-request.js";
import type { EncodedPart } from "./socket-io-internals.js";

export interface WriteOptions {
  readonly volatile?: boolean;
  readonly compress?: boolean;
  /** Of `socket.timeout(ms)`: how long the app waits for the ack. */
  readonly timeout?: number;
}

export interface ConnectionOwner {
  /** One part of an outgoing packet. */
  onWrite(part: EncodedPart, options: WriteOptions): void;
  /** The server wants the connection closed. */
  onClose(): void;
}

export class EngineConnection extends EventEmitter {
  readonly protocol = 4;
  /** An API Gateway connection is always ready to take a post; whether it is still there shows when we post. */
  readonly transport = { name: "websocket", writable: true } as const;
  readyState: "open" | "closing" | "closed" = "open";

  constructor(
    readonly id: string,
    readonly request: HandshakeRequest,
    private readonly owner: ConnectionOwner,
  ) {
    super();
  }

  get remoteAddress(): string {
    return this.request.connection.remoteAddress;
  }

  /** Hands socket.io one part of a packet of the client. */
  receive(part: EncodedPart): void {
    this.emit("data", part);
  }

  write(part: EncodedPart, options: WriteOptions = {}): this {
    this.owner.onWrite(part, options);
    return this;
  }

  /** As upstream's, with nothing left to send: the sockets hear of it before this returns. */
  close(): void {
    if (this.readyState !== "open") return;
    this.readyState = "closing";
    this.owner.onClose();
    this.closed("forced close");
  }

  /** Tells socket.io that the connection is closed: the sockets on it get their `disconnecting` and `disconnect`. */
  closed(reason: string, description?: unknown): void {
    this.readyState = "closed";
    this.emit("close", reason, description);
  }

  /** Ends the event without ending the connection: what is written from now on is ignored, and no timer is left. */
  release(): void {
    this.readyState = "closed";
  }
}
