/** An app that asks for everybody, and moves everybody. */
import { Server } from "socket.io";

export const io = new Server();

io.on("connection", (socket) => {
  socket.on("count", async (room: string, ack: (count: number) => void) => {
    ack((await io.in(room).fetchSockets()).length);
  });
  socket.on("join all", async (from: string, to: string, ack: (count: number) => void) => {
    io.in(from).socketsJoin(to);
    ack((await io.in(to).fetchSockets()).length);
  });
});
