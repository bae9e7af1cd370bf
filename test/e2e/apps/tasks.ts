/** A server file with tasks: plain `node` runs it as well as Lambda. */
import { Server } from "socket.io";
import { every, after as later } from "../../../runtime/index.js";

export const io = new Server({ pingInterval: 8 * 60_000 });

every("2 minutes", "tweets", async () => {
  io.emit("tweets", (await io.fetchSockets()).length);
});

const closeRoom = later("close-room", async (room: string, reason: { text: string }) => {
  io.in(room).emit("closed", reason.text);
  io.in(room).disconnectSockets();
});

io.on("connection", (socket) => {
  setTimeout(() => socket.emit("welcome"), 300);
  socket.on("open room", async (room, ack) => {
    await socket.join(room);
    await closeRoom({ minutes: 3 }, room, { text: `${room} is closed` });
    ack();
  });
  socket.on("never", () => {
    setInterval(() => io.emit("tick"), 1_000);
  });
});

setInterval(() => io.emit("module tick"), 20_000);
