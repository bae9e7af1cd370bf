/** For the protocol suites, which speak in packets. */
import type { Socket } from "socket.io";

export function wire(socket: Socket): void {
  socket.emit("auth", socket.handshake.auth);

  socket.on("echo", (...args) => {
    const reply = typeof args.at(-1) === "function" ? args.pop() : undefined;
    if (reply) reply(...args);
    else socket.emit("echoed", ...args);
  });

  socket.on("ask", (...args) => {
    socket.emit("question", ...args, (...answer: unknown[]) => socket.emit("answered", ...answer));
  });

  socket.on("send bytes", () => {
    socket.emit("bytes", Buffer.from([1, 2, 3]), { nested: [Buffer.from([4, 5])] });
  });

  socket.on("say bytes", (room) => {
    socket.nsp.to(room).emit("bytes", Buffer.from([1, 2, 3]), { nested: [Buffer.from([4, 5])] });
  });

  socket.on("reply with bytes", (reply) => reply(Buffer.from([6, 7])));

  socket.on("look at bytes", (value, reply) => {
    reply(Buffer.isBuffer(value) ? [...value] : `not a Buffer: ${Object.prototype.toString.call(value)}`);
  });
}
