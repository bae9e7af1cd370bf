/** Logs where published servers log. */
import { Server } from "socket.io";

export const io = new Server();

io.on("connection", (socket) => {
  console.log("connected", socket.id);
  console.info("info", socket.id);
  console.warn("warned", socket.id);
  socket.on("say", (text, ack) => {
    console.log("said", text);
    ack();
  });
  socket.on("disconnect", () => console.log("left", socket.id));
});
