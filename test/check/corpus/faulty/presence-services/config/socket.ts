import { Server as SocketIOServer, Socket } from "socket.io";
import type { Server } from "http";
import jwt from "jsonwebtoken";
import { Presence } from "../services/presence";
import registerMessageHandlers from "../sockets/messages";
let io: SocketIOServer | null = null;
interface CustomSocket extends Socket {
  userId?: string;
}
export const initializeSocket = (server: Server) => {
  io = new SocketIOServer(server, {
    cors: { origin: process.env.CLIENT_URL || "http://localhost:3000" },
    pingTimeout: 60000,
  });
  io.use((socket: CustomSocket, next) => {
    const d = jwt.verify(socket.handshake.auth.token, "x") as any;
    socket.userId = d.id;
    next();
  });
  io.on("connection", (socket: CustomSocket) => {
    Presence.online(socket.userId!, socket.id);
    socket.join(`user_${socket.userId}`);
    registerMessageHandlers(io!, socket);
    socket.on("disconnect", () => Presence.offline(socket.userId!, socket.id));
  });
  return io;
};
export const getIO = () => {
  if (!io) throw new Error("x");
  return io;
};
