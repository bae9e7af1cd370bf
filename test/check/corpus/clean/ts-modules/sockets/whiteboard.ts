import { saveStroke } from "@shared/strokes";
import { use } from "./registry.js";

use((io, socket) => {
  const { board } = socket.handshake.query;
  socket.join(String(board));
  socket.on("stroke", async (stroke, done) => {
    await saveStroke(String(board), stroke);
    socket.to(String(board)).emit("stroke", stroke);
    done();
  });
  socket.on("clear", () => io.to(String(board)).emit("cleared"));
});
