import type { Namespace } from "socket.io";

/** A client that joins with `auth.watcher` receives news of the others. */
export const WATCHERS = "watchers";

export function disconnects(namespace: Namespace): Namespace {
  return namespace.on("connection", (socket) => {
    const { nsp, id } = socket;
    if (socket.handshake.auth.watcher) {
      socket.join(WATCHERS);
      return;
    }
    socket.join("a room");
    socket.data.name = "set at connection";
    socket.emit("ready");

    socket.on("disconnecting", (reason) => {
      nsp.to(WATCHERS).emit("leaving", id, reason, [...socket.rooms].sort());
    });
    socket.on("disconnect", async (reason) => {
      const isStillThere = (await nsp.in(id).fetchSockets()).length > 0;
      nsp.to(WATCHERS).emit("left", id, reason, {
        rooms: [...socket.rooms],
        connected: socket.connected,
        data: socket.data,
        isStillThere,
      });
    });
    socket.on("error", (error) => {
      nsp.to(WATCHERS).emit("failed", id, error.message);
    });
  });
}
