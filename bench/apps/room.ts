/** What an app does with a room: joins it, emits to it, asks who is in it. */
import { Server } from "socket.io";

export const io = new Server();

io.on("connection", (socket) => {
  socket.on("ask", (ack: () => void) => ack());
  socket.on("join", async (room: string, ack: () => void) => {
    await socket.join(room);
    ack();
  });
  socket.on("cast", () => {
    io.to("room").emit("news", "something happened");
  });
  socket.on("who", async (ack: (count: number) => void) => {
    ack((await io.in("room").fetchSockets()).length);
  });
});
