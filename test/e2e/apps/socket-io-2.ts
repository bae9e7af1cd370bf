import { Server } from "socket.io";

export const io = new Server({ allowEIO3: true });

io.on("connection", (socket) => {
  socket.on("join", async (room, ack) => {
    await socket.join(room);
    ack(socket.id);
  });
  socket.on("say", (room, ...args) => {
    io.to(room).emit("said", ...args);
  });
});

io.of("/private").on("connection", (socket) => {
  socket.on("who", (ack) => ack(socket.handshake.auth));
});
