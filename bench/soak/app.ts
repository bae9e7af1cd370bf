/**
 * The app under test: it does what clients ask for and tells the journal (`side-channel.ts`) of each handler that runs. The
 * clients say which journal, and what they call this connection.
 */
import { Server, type Socket } from "socket.io";
import { tell } from "./side-channel.js";
import { PING_INTERVAL_MS, PING_TIMEOUT_MS } from "./tempo.js";

type Ack = ((id: string) => void) | undefined;

export const io = new Server({
  // A middleware is what tells a real connection from a replay, also where a client recovers.
  connectionStateRecovery: { skipMiddlewares: false },
  pingInterval: PING_INTERVAL_MS,
  pingTimeout: PING_TIMEOUT_MS,
});

const arrivals = new WeakSet<Socket>();

io.use((socket, next) => {
  arrivals.add(socket);
  next();
});

io.on("connection", (socket) => {
  const { auth, query } = socket.handshake;
  const journal = String(query.journal);
  const link = String(auth.link ?? query.link);
  const connectionId = (socket.conn as unknown as { readonly id: string }).id;

  if (arrivals.delete(socket)) {
    tell(journal, { type: "connection", link, connectionId, recovered: socket.recovered });
  }
  socket.on("disconnect", (reason) => tell(journal, { type: "disconnect", link, connectionId, reason }));

  const on = (event: string, handle: (id: string, room: string) => unknown) => {
    socket.on(event, async (id: string, room: string, ack: Ack) => {
      tell(journal, { type: "handled", link, id });
      await handle(id, room);
      ack?.(id);
    });
  };
  on("note", () => {});
  on("ask", () => {});
  on("echo", (id) => socket.emit("said", id));
  on("say", (id, room) => io.to(room).emit("said", id));
  on("others", (id, room) => socket.to(room).emit("said", id));
  on("all", (id) => io.emit("said", id));
  on("join", (_id, room) => socket.join(room));
  on("leave", (_id, room) => socket.leave(room));
});
