import { createServer } from "node:http";
import { Server } from "socket.io";

const server = createServer((_request, response) => response.end("tweets"));
const io = new Server(server);

let count = 0;
setInterval(() => {
  count++;
  io.to("followers").emit("tweet", { number: count });
}, 60_000);

io.on("connection", (socket) => {
  socket.on("follow", () => socket.join("followers"));
});

server.listen(process.env.PORT || 3000, () => console.log("listening"));
