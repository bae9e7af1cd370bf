import express from "express";
import http from "http";
import { Server } from "socket.io";
const app = express();
const server = http.createServer(app);
const io = new Server(server, { cors: { origin: "http://127.0.0.1:5500" } });
io.on("connect", (socket) => { socket.emit("sayHello", `Hello ${socket.id}`); });
server.listen(8000, () => console.log("Listening"));
