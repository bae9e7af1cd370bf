import express from "express";
import { createServer } from "http";
import { Server } from "socket.io";
import registerChat from "./sockets/chat.js";
import { registerPresence } from "./sockets/presence.js";
import onlineUsers from "./state/online.js";

const app = express();
const httpServer = createServer(app);
const io = new Server(httpServer, { cors: { origin: process.env.ORIGIN } });

app.get("/online", (req, res) => res.json(onlineUsers.size));

const onConnection = (socket) => {
  registerChat(io, socket);
  registerPresence(io, socket); // ! replay
};
io.on("connection", onConnection);
httpServer.listen(3000);
