import { use } from "./registry.js";

const COLOURS = ["red", "green", "blue"];

use((_io, socket) => {
  const colour = COLOURS[socket.id.charCodeAt(0) % COLOURS.length];
  socket.on("cursor", (x: number, y: number) => {
    socket.volatile.broadcast.emit("cursor", { x, y, colour, id: socket.id });
  });
});
