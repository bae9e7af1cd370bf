import type { HttpRequest } from "../http/message.js";

/** Reads along what clients and functions say to each other, in its order. Must not throw. */
export interface FrameWatcher {
  /** `request` is the handshake. */
  opened(connectionId: string, request: HttpRequest): void;
  /** A client's message. */
  received(connectionId: string, text: string): void;
  /** What goes to a client. */
  sent(connectionId: string, text: string): void;
  closed(connectionId: string): void;
}
