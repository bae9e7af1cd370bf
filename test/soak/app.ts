/**
 * The app under test: it does what clients ask for and tells the journal (`side-channel.ts`) of
 * each handler that runs. The clients say which journal, and what they call this connection. It has
 * the habits of several programs (`habits.ts`).
 */
import { setTimeout as delay } from "node:timers/promises";
import { Server, type Socket } from "socket.io";
import { clientOf, markOf, ordinalOf } from "./entry.js";
import {
  answersBack,
  inTurn,
  isAsked,
  isAwaited,
  isGreetedBack,
  marksOn,
  picturesOf,
  putMarks,
} from "./habits.js";
import { tell } from "./side-channel.js";
import { PING_INTERVAL_MS, PING_TIMEOUT_MS } from "./tempo.js";

type Ack = ((id: string, ...pictures: Buffer[]) => void) | undefined;

export const io = new Server({
  // A middleware is what tells a real connection from a replay, also where a client recovers.
  connectionStateRecovery: { skipMiddlewares: false },
  pingInterval: PING_INTERVAL_MS,
  pingTimeout: PING_TIMEOUT_MS,
});

const arrivals = new WeakSet<Socket>();

io.use((socket, next) => {
  arrivals.add(socket);
  putMarks(socket, markOf(linkOf(socket)));
  next();
});

io.on("connection", async (socket) => {
  const journal = String(socket.handshake.query.journal);
  const link = linkOf(socket);
  const connectionId = (socket.conn as unknown as { readonly id: string }).id;
  const client = clientOf(link);

  if (arrivals.delete(socket)) {
    tell(journal, { type: "connection", link, connectionId, recovered: socket.recovered });
  }
  socket.on("disconnect", (reason) => tell(journal, { type: "disconnect", link, connectionId, reason }));

  if (isAsked(client)) {
    socket.timeout(QUESTION_MS).emit("who?", (error: Error | null, answer?: string) => {
      tell(journal, { type: "answered", link, answer: error ? null : String(answer) });
    });
  }
  if (isGreetedBack(client)) inTurn(() => socket.emit("greeting", markOf(link)));
  if (isAwaited(client)) {
    await delay(GREETING_MS);
    socket.data.late = markOf(link);
  }

  const on = (event: string, handle: (id: string, room: string) => unknown) => {
    socket.on(event, (id: string, room: string, ack: Ack) => {
      tell(journal, { type: "handled", link, id, marks: marksOn(socket, client) });
      // In the callback style a listener returns nothing, so it is waited for only where there is an ack.
      if (!ack || !answersBack(ordinalOf(id))) return answer();
      inTurn(() => {
        handle(id, room);
        ack(id, ...picturesOf(id));
      });

      async function answer(): Promise<void> {
        await handle(id, room);
        ack?.(id, ...picturesOf(id));
      }
    });
  };
  on("note", () => {});
  on("ask", () => {});
  on("echo", (id) => socket.emit("said", id, ...picturesOf(id)));
  on("say", (id, room) => io.to(room).emit("said", id, ...picturesOf(id)));
  on("others", (id, room) => socket.to(room).emit("said", id, ...picturesOf(id)));
  on("all", (id) => io.emit("said", id, ...picturesOf(id)));
  on("join", (_id, room) => socket.join(room));
  on("leave", (_id, room) => socket.leave(room));
});

/** What the connection handler of a program awaits before it listens. */
const GREETING_MS = 30;
const QUESTION_MS = 2_000;

function linkOf({ handshake: { auth, query } }: Socket): string {
  return String(auth.link ?? query.link);
}
