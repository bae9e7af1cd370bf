/**
 * What one client can ask of an app: acks of its own that it never gives, and an ack that
 * the app never gives.
 */
import { Server } from "socket.io";

export const io = new Server();

io.on("connection", (socket) => {
  socket.on("ask", (ack: () => void) => ack());
  socket.on("question me", async () => void (await socket.emitWithAck("question")));
  socket.on("question me in time", async () => void (await socket.timeout(10_000).emitWithAck("question")));
  socket.on("question all", async () => void (await io.timeout(10_000).emitWithAck("question")));
  socket.on("say", (_text: string) => {});
});
