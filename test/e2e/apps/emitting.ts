/** An app that others emit for: its clients join a room, and keep what they say. */
import { Server } from "socket.io";

export const io = new Server({ connectionStateRecovery: {} });

io.on("connection", (socket) => {
  socket.on("join", async (room: string, ack: () => void) => {
    socket.data.room = room;
    await socket.join(room);
    ack();
  });
});
