/** A room for clients of every transport. */
import { Server } from "socket.io";

export const io = new Server({ connectionStateRecovery: {} });

type Ack = (...answer: unknown[]) => void;

const ROOM = "all";

io.on("connection", (socket) => {
  socket.on("enter", async (ack: Ack) => {
    await socket.join(ROOM);
    ack();
  });
  socket.on("say", (text: string, ack: Ack) => {
    io.to(ROOM).emit("said", text, Buffer.from(text));
    ack(Buffer.from(text));
  });
  socket.on("show", (picture: Uint8Array, ack: Ack) => {
    socket.to(ROOM).emit("shown", picture);
    ack(picture);
  });
  socket.on("list", async (ack: Ack) => {
    const members = await io.in(ROOM).fetchSockets();
    ack(members.map(({ id }) => id));
  });
  socket.on("ask all", async (ack: Ack) => ack(await io.to(ROOM).timeout(5_000).emitWithAck("name?")));
  socket.on("send away", (id: string, ack: Ack) => {
    io.in(id).disconnectSockets(true);
    ack();
  });
});
