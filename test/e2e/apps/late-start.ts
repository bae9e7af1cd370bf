/**
 * Connects to its database first, and does not let the module wait for it, as servers on a port may do:
 * longer than a function waits for handlers.
 */
import { Server } from "socket.io";

export const io = new Server();

async function main() {
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  io.use((_socket, next) => next());
  io.on("connection", (socket) => socket.on("hi", (ack) => ack("there")));
  io.of("/chat").on("connection", (socket) => socket.on("hi", (ack) => ack("chat")));
}

main();
