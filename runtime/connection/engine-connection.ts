/**
 * What socket.io's `Client` sees of a connection: the members that it, and documented user code, read of an
 * Engine.IO socket (socket.io 4.8 `client.ts` and `socket.ts`). It lives for one event.
 */
import { EventEmitter } from "node:events";
import type { EncodedPart } from "../protocol/encoded-part.js";
import { pollingSid } from "../store/polling-store.js";
import type { HandshakeRequest } from "./socket-request.js";

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
  /** Either is always ready to take a packet; whether the client is still there shows later. */
  readonly transport: { readonly name: "polling" | "websocket"; readonly writable: true };
  /** An app that trusts a proxy may set it. */
  remoteAddress: string;
  readyState: "open" | "closing" | "closed" = "open";
  #protocol: 3 | 4 = 4;

  constructor(
    readonly id: string,
    readonly request: HandshakeRequest,
    private readonly owner: ConnectionOwner,
    private readonly revision: 3 | 4 = 4,
  ) {
    super();
    this.transport = { name: pollingSid(id) === undefined ? "websocket" : "polling", writable: true };
    this.remoteAddress = request.connection.remoteAddress;
  }

  /** Engine.IO's revision: an app tells clients of Socket.IO 2 by it, as upstream. */
  get protocol(): 3 | 4 {
    return this.#protocol;
  }

  /**
   * The server has taken it. Had it known of revision 3 before, it would connect the client to `/` each time
   * that the connection is rehydrated (`index.ts`, `onconnection`).
   */
  accepted(): void {
    this.#protocol = this.revision;
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

  /**
   * Tells socket.io that the connection is closed: the sockets on it get their `disconnecting` and
   * `disconnect`.
   */
  closed(reason: string, description?: unknown): void {
    this.readyState = "closed";
    this.emit("close", reason, description);
  }
}
