import type { IncomingMessage } from "node:http";
import type { HttpRequest } from "../http/message.js";

/**
 * Makes an upgrade request what an origin gets of it, in place: Node and `ws` know the connection by this
 * very object.
 */
export function rewriteUpgrade(incoming: IncomingMessage, request: HttpRequest): IncomingMessage {
  const headers = [...request.headers, ["Connection", "Upgrade"] as const, ["Upgrade", "websocket"] as const];
  const byName: Record<string, string> = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    byName[key] = byName[key] === undefined ? value : `${byName[key]}, ${value}`;
  }
  incoming.url = request.query === "" ? request.path : `${request.path}?${request.query}`;
  incoming.rawHeaders = headers.flat();
  incoming.headers = byName;
  return incoming;
}
