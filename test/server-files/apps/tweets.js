import { createServer } from "node:http";
import { Server } from "socket.io";
import { every } from "socket.io-lambda";

const server = createServer((_request, response) => response.end("tweets"));
const io = new Server(server);

every("minute", "tweets", () => {
  io.to("followers").emit("tweet", { at: new Date().toISOString() });
});

io.on("connection", (socket) => {
  socket.on("follow", async (done) => {
    await socket.join("followers");
    done();
  });
});

server.listen(process.env.PORT || 3000, () => console.log("listening"));
