import { createServer } from "http";
import { Server } from "socket.io";
import Twit from "twit";

const server = createServer();
const io = new Server(server);
const twitter = new Twit({ consumer_key: process.env.KEY });
const stream = twitter.stream("statuses/filter", { track: "#node" }); // ! kept-open

stream.on("tweet", (tweet) => io.emit("tweet", tweet.text));

io.on("connection", (socket) => {
  socket.on("hello", () => socket.emit("hello"));
});
server.listen(process.env.PORT ?? 3000);
