import type { Server } from "socket.io";
import type { SelfEvent } from "../../runtime/delivery/self-invocation.js";
import { createHandlers, type HandlerOptions } from "../../runtime/handlers.js";
import type { KitApp } from "./options.js";

// biome-ignore lint/suspicious/noExplicitAny: a server with events of any type
export type AnyServer = Server<any, any, any, any>;

/** @param keepSockets whether sockets stay in memory, as on an ordinary server */
export function kitApp(io: AnyServer, keepSockets: boolean): KitApp {
  return { path: io.path(), handler: (options) => handlerOf(io, { ...options, keepSockets }) };
}

export function handlerOf(io: AnyServer, options: HandlerOptions): (event: object) => Promise<unknown> {
  const { handler } = createHandlers(io, options);
  return (event) => handler(event as SelfEvent);
}
