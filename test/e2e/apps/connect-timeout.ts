/**
 * Closes a client that is in no namespace after three seconds. Its pings come far more
 * often than AWS could send them.
 */
import { Server } from "socket.io";

export const io = new Server({ connectTimeout: 3_000, pingInterval: 1_000, pingTimeout: 60_000 });

io.use(({ handshake }, next) => next(handshake.query.name ? undefined : new Error("Who are you?")));
io.of("/public");
io.on("connection", (socket) => {
  socket.on("leave", () => socket.disconnect());
});
