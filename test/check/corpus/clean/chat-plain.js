const path = require("path");
const express = require("express");
const http = require("http");
const { Server } = require("socket.io");

const app = express();
const server = http.createServer(app);
const io = new Server(server);
const PORT = process.env.PORT || 3000;

app.use(express.static(path.join(__dirname, "public")));
app.get("/", (req, res) => res.sendFile(path.join(__dirname, "index.html")));

io.on("connection", (socket) => {
  console.log("someone is here");
  socket.on("chat message", (msg) => {
    io.emit("chat message", msg);
  });
  socket.on("typing", (name) => socket.broadcast.emit("typing", name));
  socket.on("disconnect", () => {
    console.log("someone has left");
  });
});

server.listen(PORT, () => console.log(`on ${PORT}`));
