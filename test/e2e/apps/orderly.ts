/** An app whose handlers take as long as they are told, and tell everybody when they end. */
import { setTimeout as delay } from "node:timers/promises";
import { Server } from "socket.io";

export const io = new Server({ connectionStateRecovery: {} });

io.on("connection", (socket) => {
  socket.on("work", async (name: number, ms: number, ack?: (name: number) => void) => {
    await delay(ms);
    io.emit("worked", socket.id, name);
    ack?.(name);
  });
  socket.on("ask me", async (ack: (answer: unknown) => void) => {
    ack(await socket.timeout(5_000).emitWithAck("question"));
  });
  socket.on("disconnect", () => {
    io.emit("left", socket.id);
  });
});
