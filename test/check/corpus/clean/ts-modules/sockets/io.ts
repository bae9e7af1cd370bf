import type { Server as HttpServer } from "node:http";
import { Server } from "socket.io";
import type { ClientEvents, ServerEvents } from "@shared/events";

let io: Server<ClientEvents, ServerEvents> | null = null;

export function initIO(server: HttpServer): Server<ClientEvents, ServerEvents> {
  if (io) return io;
  io = new Server(server);
  return io;
}

export const getIO = (): Server<ClientEvents, ServerEvents> => {
  if (!io) throw new Error("initIO() first");
  return io;
};
