/** Finds the server in the module that `app` names. */
import type { Server } from "socket.io";
import { AppError } from "../errors.js";

/**
 * The server that a module exports as `io`, or by default.
 *
 * @throws AppError when there is none.
 */
export function findServer(module: { readonly io?: unknown; readonly default?: unknown }): Server {
  for (const exported of [module.io, module.default, (module.default as { io?: unknown } | undefined)?.io]) {
    if (isServer(exported)) return exported;
  }
  throw new AppError(
    'The app exports no Socket.IO server. Add: export const io = new Server(); (with import { Server } from "socket.io")',
  );
}

/** By its shape: the app may bring a socket.io of its own. */
function isServer(value: unknown): value is Server {
  const server = value as Partial<Server> | undefined;
  return (
    typeof server?.bind === "function" &&
    typeof server.of === "function" &&
    typeof server.adapter === "function"
  );
}
