import { Server } from "socket.io";

/** Keeps in memory what people keep there. */
export const io = new Server();
let visitors = 0;
const names = new Map<string, string>();
const game: { turn?: string } = {};

io.on("connection", (socket) => {
  let clicks = 0;
  visitors += 1;
  socket.emit("welcome", visitors, Math.random());
  socket.on("name", (name: string, ack) => {
    names.set(socket.id, name);
    io.emit("people", [...names.values()]);
    ack();
  });
  socket.on("click", (ack) => ack(++clicks));
  socket.on("begin", (ack) => {
    game.turn = socket.id;
    ack(game.turn);
  });
  socket.on("play", () => {
    if (game.turn === socket.id) socket.emit("played");
  });
  socket.on("disconnect", () => {
    const name = names.get(socket.id);
    if (name) io.emit("left", name);
  });
});
