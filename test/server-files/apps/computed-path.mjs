import { createServer } from "node:http";
import { Server } from "socket.io";

const server = createServer();
const path = `/${["my", "path"].join("-")}/`;
const io = new Server(server, { path });
io.on("connection", (socket) => {
  socket.on("say", (text, ack) => ack(`heard ${text}`));
});
server.listen(process.env.PORT ?? 3000, () => console.log("listening"));
