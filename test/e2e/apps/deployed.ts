/**
 * An app that needs what props of the construct give it: a variable, a package beside its
 * bundle, itself by its alias.
 */
import { createRequire } from "node:module";
import pg from "pg";
import { Server } from "socket.io";

export const io = new Server();

io.on("connection", (socket) => {
  socket.on("settings", (ack) => {
    const { COLOR: color, NODE_OPTIONS: nodeOptions, SOCKET_IO_ALIAS: alias } = process.env;
    ack({ color, nodeOptions, alias });
  });
  socket.on("packages", (ack) => {
    const loaded = Object.keys(createRequire(import.meta.url).cache).filter((file) =>
      file.includes("/pg/lib/"),
    );
    ack({ client: typeof pg.Client, isBesideTheBundle: loaded.length > 0 });
  });
  // A socket of another connection: the function invokes itself.
  socket.on("disconnect-all", () => io.of("/guests").disconnectSockets());
});

io.of("/guests").on("connection", () => {});
