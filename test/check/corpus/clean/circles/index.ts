import { Server } from "socket.io";
import { answers } from "./answers.js";

const io = new Server(3000);
let options = { loud: false };
options = { ...options, ...answers.options };

io.on("connection", (socket) => {
  socket.on("ask", (text: string) => socket.emit("answer", answers.find(text, options.loud)));
});
