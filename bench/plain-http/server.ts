import { createServer } from "node:http";
import { Server } from "socket.io";
import { app } from "./express-app.js";

const server = createServer(app);
const io = new Server(server);
io.on("connection", (socket) => {
  socket.on("ask", (ack: () => void) => ack());
});
server.listen(3_000);
