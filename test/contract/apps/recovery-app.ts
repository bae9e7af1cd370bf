/** An app with connection state recovery switched on. */
import { Server } from "socket.io";
import { remoteControl } from "./remote-control.js";

export const io = new Server({ connectionStateRecovery: {} });

const control = remoteControl(io, io.of(/^\/family-[\w-]+$/));

io.of(/^\/open-[\w-]+$/)
  .use((socket, next) => next(socket.handshake.auth.blocked ? new Error("blocked") : undefined))
  .on("connection", (socket) => {
    const { recovered } = socket;
    if (!recovered) {
      socket.data.visits = 1;
      socket.join("joined at connection");
    }
    socket.emit("welcome", { recovered });
  })
  .on("connection", control);
