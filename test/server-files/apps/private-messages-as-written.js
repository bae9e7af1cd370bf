import { createServer } from "node:http";
import { Server } from "socket.io";

const httpServer = createServer();
const io = new Server(httpServer);

const users = [];

io.use((socket, next) => {
  const { username } = socket.handshake.auth;
  if (!username) return next(new Error("invalid username"));
  socket.username = username;
  next();
});

io.on("connection", (socket) => {
  users.push({ userID: socket.id, username: socket.username });
  socket.emit("users", users);
  socket.broadcast.emit("user connected", socket.username);

  socket.on("private message", ({ to, content }) => {
    const user = users.find((one) => one.username === to);
    if (user) io.to(user.userID).emit("private message", { from: socket.username, content });
  });

  socket.on("disconnect", () => {
    users.splice(
      users.findIndex((one) => one.userID === socket.id),
      1,
    );
    io.emit("user disconnected", socket.username);
  });
});

httpServer.listen(process.env.PORT || 3000, () => console.log("listening"));
