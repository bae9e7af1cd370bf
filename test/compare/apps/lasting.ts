import { randomUUID } from "node:crypto";
import { Server } from "socket.io";

/** Keeps everything in `socket.data` and in rooms, and makes up ids as people do. */
export const io = new Server({ connectionStateRecovery: {} });
const PALETTE = ["red", "green"];

io.on("connection", (socket) => {
  socket.emit("welcome", { id: socket.id, at: Date.now(), token: randomUUID(), colors: PALETTE });
  socket.on("click", (ack) => {
    socket.data.clicks = (socket.data.clicks ?? 0) + 1;
    ack(socket.data.clicks);
  });
  socket.on("create", async (ack) => {
    const code = Math.random().toString(36).slice(2, 8).toUpperCase();
    await socket.join(code);
    ack(code);
  });
  socket.on("join", async (code: string, ack) => {
    const members = await io.in(code).fetchSockets();
    await socket.join(code);
    socket.to(code).emit("joined", socket.id);
    ack(members.length);
  });
  socket.on("private", (to: string, text: string) => io.to(to).emit("private", socket.id, text));
  socket.on("question", async (ack) => {
    ack(await socket.timeout(5_000).emitWithAck("how many?"));
  });
  socket.on("picture", (ack) => ack(Buffer.from([1, 2, 3])));
});
