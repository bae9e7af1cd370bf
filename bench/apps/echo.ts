/** The app that the local stack runs in the benchmark: an ack, and nothing else. */
import { Server } from "socket.io";

export const io = new Server();

io.on("connection", (socket) => {
  socket.on("ask", (ack: () => void) => ack());
});
