import http from "http";
import express from "express";
import { Server, type Socket } from "socket.io";

const app = express();
const server = http.createServer(app);
let io: Server | undefined;

function startSockets(httpServer: http.Server): Server {
  io = new Server(httpServer, { cors: { origin: "*" } });
  io.on("connection", (socket: Socket) => {
    console.log("a client is here", socket.id);
    socket.on("shout", (text: string) => getIO().emit("shouted", text));
    socket.on("disconnect", () => console.log("gone", socket.id));
  });
  return io;
}

function getIO(): Server {
  if (!io) throw new Error("not started");
  return io;
}

app.get("/health", (_req, res) => res.send("ok"));
app.post("/shout", (req, res) => {
  getIO().emit("shouted", req.body.text);
  res.sendStatus(204);
});

startSockets(server);
server.listen(4000);
