import { createServer } from "node:http";
import { Server } from "socket.io";

const httpServer = createServer((req, res) => res.end("hello"));
const io = new Server(httpServer, { cors: { origin: "http://127.0.0.1:5500" }, transports: ["websocket", "polling"] });
const MAX_IN_ROOM = 4;

io.use((socket, next) => {
  const { name } = socket.handshake.auth;
  if (!name) return next(new Error("a name, please"));
  socket.data.name = name;
  next();
});

io.on("connect", (socket) => {
  socket.emit("welcome", socket.data.name);
  socket.on("enter", async (room, done) => {
    const inside = await io.in(room).fetchSockets();
    if (inside.length >= MAX_IN_ROOM) return done({ ok: false });
    await socket.join(room);
    let names = [];
    for (const one of inside) names.push(one.data.name);
    names.sort();
    socket.to(room).emit("entered", socket.data.name);
    done({ ok: true, names });
  });
  socket.on("disconnecting", () => {
    for (const room of socket.rooms) socket.to(room).emit("left", socket.data.name);
  });
});

httpServer.listen(8080);
