const express = require("express");
const app = express();
const server = app.listen(process.env.PORT);
const io = require("socket.io")(server);

global.onlineUsers = new Map(); // ! module-state

io.on("connection", (socket) => {
  global.chatSocket = socket; // ! module-state
  socket.on("add-user", (userId) => {
    onlineUsers.set(userId, socket.id);
  });
  socket.on("send", ({ to, text }) => {
    const target = onlineUsers.get(to);
    if (target) socket.to(target).emit("received", text);
  });
});
