/** Several clients paint and talk to the same wall at once. */
import { Server } from "socket.io";

export const io = new Server({ pingInterval: 10_000 });

io.on("connection", (socket) => {
  socket.join("wall");
  socket.on("paint", (count: number, ack) => {
    for (let n = 0; n < count; n++)
      io.to("wall").emit("picture", n, Buffer.from([n, 1]), Buffer.from([n, 2]));
    ack();
  });
  socket.on("say", (count: number, ack) => {
    for (let n = 0; n < count; n++) io.to("wall").emit("said", n);
    ack();
  });
  socket.on("mine", (n: number, ack) => ack(n, Buffer.from([n, 3])));
});
