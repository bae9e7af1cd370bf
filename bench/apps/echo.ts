/** The app of the local stack, and of Socket.IO's own server, in the benchmark: an ack, and nothing else. */
import { Server } from "socket.io";

export const io = new Server();

io.on("connection", (socket) => {
  socket.on("ask", (ack: () => void) => ack());
});
