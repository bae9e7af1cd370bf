import onlineUsers from "../state/online.js";

export default function registerChat(io, socket) {
  socket.on("private", ({ to, text }) => {
    const socketId = onlineUsers.get(to);
    if (socketId) io.to(socketId).emit("private", { text });
  });
}
