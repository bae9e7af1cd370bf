/** Pings far more often than AWS could. */
import { Server } from "socket.io";

export const io = new Server({ pingInterval: 1_000, pingTimeout: 5_000 });

io.on("connection", (socket) => {
  socket.on("disconnect", (reason) => io.emit("left", socket.id, reason));
});
