import { createServer } from "node:http";
import { Server } from "socket.io";

const httpServer = createServer();
const io = new Server(httpServer);

io.use(async (socket, next) => {
  const { username } = socket.handshake.auth;
  if (!username) return next(new Error("invalid username"));
  socket.data.username = username;
  await socket.join(`user ${username}`);
  next();
});

io.on("connection", (socket) => {
  const { username } = socket.data;
  socket.broadcast.emit("user connected", username);

  socket.on("list users", async (done) => {
    const sockets = await io.fetchSockets();
    done(sockets.map((one) => one.data.username).sort());
  });

  socket.on("private message", ({ to, content }) => {
    io.to(`user ${to}`).emit("private message", { from: username, content });
  });

  socket.on("disconnect", () => {
    io.emit("user disconnected", username);
  });
});

httpServer.listen(process.env.PORT || 3000, () => console.log("listening"));
