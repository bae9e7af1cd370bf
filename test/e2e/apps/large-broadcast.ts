/** An app that says things to rooms. */
import { Server } from "socket.io";

export const io = new Server();

io.on("connection", (socket) => {
  socket.on("join", async (room: string, ack: () => void) => {
    await socket.join(room);
    ack();
  });
  socket.on("say", (rooms: string[], except: string[], text: string) => {
    io.to(rooms).except(except).emit("said", text);
  });
});
