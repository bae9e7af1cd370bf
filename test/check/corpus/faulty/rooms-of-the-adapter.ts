import { createServer } from "http";
import { Server, type Socket } from "socket.io";

const httpServer = createServer();
const io = new Server(httpServer);

function publicRooms(): string[] {
  const { sockets: { adapter: { sids, rooms } } } = io; // ! adapter-maps
  return [...rooms.keys()].filter((room) => !sids.has(room));
}

function countIn(room: string): number {
  return io.sockets.adapter.rooms.get(room)?.size ?? 0; // ! adapter-maps
}

io.on("connection", (socket: Socket) => {
  socket.on("enter", (room: string) => {
    if (countIn(room) >= 2) return;
    socket.join(room);
    io.emit("rooms", publicRooms());
    io.emit("clients", io.engine.clientsCount); // ! adapter-maps
  });
  socket.on("call", (id: string) => {
    const other = io.sockets.sockets.get(id); // ! adapter-maps
    other?.emit("called", socket.id);
  });
});
io.of("/admin").on("connection", (socket) => {
  socket.emit("count", io.of("/").sockets.size); // ! adapter-maps
});
httpServer.listen(3000);
