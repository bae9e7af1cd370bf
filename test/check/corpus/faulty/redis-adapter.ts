import { createAdapter } from "@socket.io/redis-adapter";
import { createServer } from "http";
import { createClient } from "redis";
import { Server } from "socket.io";

const httpServer = createServer();
const pubClient = createClient({ url: "redis://localhost:6379" });
const subClient = pubClient.duplicate();
const io = new Server(httpServer, {
  cors: { origin: ["http://localhost:3000"] },
  pingInterval: 10_000, // ! options
  pingTimeout: 5_000,
});

Promise.all([pubClient.connect(), subClient.connect()]).then(() => {
  io.adapter(createAdapter(pubClient, subClient)); // ! options
  httpServer.listen(3000);
});
io.on("connection", (socket) => {
  socket.on("notify others", () => io.serverSideEmit("notice", socket.id)); // ! api
});
