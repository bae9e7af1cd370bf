/** Finds the server among what the app's module exports. */
import type { Server } from "socket.io";
import { AppError } from "../errors.js";

export interface AppModule {
  readonly io?: unknown;
  readonly default?: unknown;
}

export const NO_SERVER =
  'The app makes no Socket.IO server. Add: const io = new Server(); (with import { Server } from "socket.io")';

/**
 * The server that a module exports as `io`, or by default.
 *
 * @throws AppError when there is none.
 */
export function findServer(module: AppModule): Server {
  const io = exportedServer(module);
  if (io) return io;
  throw new AppError(
    'The app exports no Socket.IO server. Add: export const io = new Server(); (with import { Server } from "socket.io")',
  );
}

export function exportedServer(module: AppModule): Server | undefined {
  const candidates = [module.io, module.default, (module.default as AppModule | undefined)?.io];
  return candidates.find(isServer);
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
