/** Who the clients are, in which shares. */
import type { ClientKind, Transports } from "../entry.js";

/** Of ten clients. */
const KINDS: readonly ClientKind[] = [
  ...Array<ClientKind>(5).fill("socket.io"),
  ...Array<ClientKind>(3).fill("retries"),
  ...Array<ClientKind>(2).fill("json"),
];

/** Of the same ten: of each kind that can, some begin with long-polling, and some stay with it. */
const TRANSPORTS: readonly Transports[] = [
  ...(["websocket", "default", "polling", "default", "websocket"] as const),
  ...(["default", "websocket", "polling"] as const),
  ...(["websocket", "websocket"] as const),
];

export function kindOf(client: number): ClientKind {
  return KINDS[client % KINDS.length] ?? "socket.io";
}

export function transportsOf(client: number): Transports {
  return TRANSPORTS[client % TRANSPORTS.length] ?? "websocket";
}
