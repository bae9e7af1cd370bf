import { Server } from "socket.io";
import type { ClientEvents, ServerEvents } from "./events.js";

// An ordinary Socket.IO server that calls no `listen`: on Lambda, API Gateway holds the connections.
export const io = new Server<ClientEvents, ServerEvents>();

io.on("connection", (socket) => {
  socket.on("join", async (room, ack) => {
    await socket.join(room);
    socket.to(room).emit("joined", room, socket.id);
    const members = await io.in(room).fetchSockets();
    ack({ members: members.length });
  });

  socket.on("say", (room, text, ack) => {
    if (!socket.rooms.has(room)) return ack({ error: `Join ${room} first.` });
    io.to(room).emit("said", room, socket.id, text);
    ack({});
  });
});
