const express = require("express");
const app = express();
const server = app.listen(3000);
const io = require("socket.io")(server);
let users = []; // ! module-state
let count = 0; // ! module-state
const names = { a: 1 };
io.on("connection", (socket) => {
  count++;
  let room; // ! closure-state
  console.log("hi", count);
  socket.on("join", (name, r) => {
    room = r;
    users.push({ id: socket.id, name });
    const me = users.find((u) => u.id === socket.id);
    me.room = r;
    io.emit("users", users);
  });
  socket.on("disconnect", () => {
    users = users.filter((u) => u.id !== socket.id);
    count--;
    io.to(room).emit("left", names.a);
  });
});
