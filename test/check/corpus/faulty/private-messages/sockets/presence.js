import { add, remove } from "../state/online.js";
import User from "../user.js";

export function registerPresence(io, socket) {
  let typing = false; // ! closure-state
  const userId = socket.handshake.auth.userId;
  User.updateOne({ _id: userId }, { seenAt: new Date() }).exec();
  add(userId, socket.id);
  socket.on("typing", () => {
    typing = true;
    socket.broadcast.emit("typing", userId);
  });
  socket.on("stopped", () => {
    if (typing) socket.broadcast.emit("stopped", userId);
    typing = false;
  });
  socket.on("disconnect", () => remove(socket.id));
}
