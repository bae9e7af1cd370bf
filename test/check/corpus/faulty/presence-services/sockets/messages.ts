import type { Server, Socket } from "socket.io";
import { Message } from "../models";
import { take } from "../services/notifications";
export default function registerMessageHandlers(io: Server, socket: Socket & { userId?: string }) {
  let lastSent = 0; // ! closure-state
  const send = async (data: any, cb: any) => {
    if (Date.now() - lastSent < 500) return;
    lastSent = Date.now();
    const m = await Message.create(data);
    io.to(data.room).emit("m", m);
    cb?.({ ok: true, waiting: take(socket.userId!) });
  };
  socket.on("message:send", send);
  socket.on("message:read", async ({ id }) => {
    await Message.findByIdAndUpdate(id, { read: true });
  });
}
