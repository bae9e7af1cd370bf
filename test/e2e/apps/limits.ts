/** Answers at once, or when it is told to. */
import { Server } from "socket.io";

export const io = new Server();

io.on("connection", (socket) => {
  socket.on("quick", (ack) => ack("done"));
  socket.on("slow", async (ack) => {
    socket.emit("begun");
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    ack("done");
  });
});
