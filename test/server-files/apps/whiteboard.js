import { createServer } from "node:http";
import express from "express";
import { Server } from "socket.io";

const app = express();
const server = createServer(app);
const io = new Server(server, { maxHttpBufferSize: 1e5 });

app.get("/", (_request, response) => {
  response.type("html").send('<canvas id="board"></canvas><script src="/socket.io/socket.io.js"></script>');
});

io.on("connection", (socket) => {
  socket.on("open board", async (board) => {
    await socket.join(`board ${board}`);
    socket.data.board = board;
    socket.emit("board opened", board);
  });
  socket.on("drawing", (line) => {
    socket.to(`board ${socket.data.board}`).emit("drawing", line);
  });
  socket.on("clear", () => {
    io.to(`board ${socket.data.board}`).emit("clear");
  });
});

server.listen(process.env.PORT || 3000, () => console.log("listening"));
