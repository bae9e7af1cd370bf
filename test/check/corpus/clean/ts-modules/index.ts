import { createServer } from "node:http";
import express from "express";
import { getIO, initIO } from "./sockets/io.js";
import { registry } from "./sockets/registry.js";
import "./sockets/whiteboard.js";
import "./sockets/cursor.js";

const app = express();
app.use(express.json());
app.post("/announce", (req, res) => {
  getIO().emit("announcement", String(req.body.text));
  res.status(202).end();
});

async function main(): Promise<void> {
  const server = createServer(app);
  const io = initIO(server);
  io.on("connection", (socket) => {
    for (const register of registry) register(io, socket);
  });
  await new Promise<void>((resolve) => server.listen(3001, resolve));
}

void main();
