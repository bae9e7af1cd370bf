/** The same chat in the promise style. */
import type { Namespace, Server, Socket } from "socket.io";
import type { StoreOf } from "./opened.js";
import type { PromiseStore } from "./stores/store.js";

/** Greets before it listens. */
export function awaitingChat(io: Server, chats: Namespace, storeOf: StoreOf<PromiseStore>): void {
  chats.on("connection", async (socket) => {
    const { nsp } = socket;
    const texts = await storeOf(nsp).all(nsp.name);
    socket.emit("history", socket.id, texts);
    listen(io, socket, storeOf);
  });
}

/** Greets when the texts have arrived, and listens in the meantime. */
export function thenChat(io: Server, chats: Namespace, storeOf: StoreOf<PromiseStore>): void {
  chats.on("connection", (socket) => {
    const { nsp } = socket;
    storeOf(nsp)
      .all(nsp.name)
      .then((texts) => socket.emit("history", socket.id, texts));
    listen(io, socket, storeOf);
  });
}

function listen(io: Server, socket: Socket, storeOf: StoreOf<PromiseStore>): void {
  const { nsp } = socket;

  socket.on("say", async (text, ack) => {
    await storeOf(nsp).add(nsp.name, text);
    nsp.emit("said", text);
    io.emit("news", text);
    socket.emit("noted", text);
    ack("stored");
  });

  socket.on("join", async (room, ack) => {
    await storeOf(nsp).add(nsp.name, `joins ${room}`);
    await socket.join(room);
    ack("joined");
  });

  socket.on("tell", async (room, text, ack) => {
    await storeOf(nsp).add(nsp.name, text);
    nsp.to(room).emit("told", text);
    socket.to(room).emit("told by another", text);
    ack("told");
  });

  socket.on("look", async (ack) => ack((await storeOf(nsp).all(nsp.name)).length));

  socket.on("disconnect", () => nsp.emit("left", socket.id));
}

/** Another namespace, whose clients may be the first to need the database. */
export function promiseLobby(lobbies: Namespace, storeOf: StoreOf<PromiseStore>): void {
  lobbies.on("connection", (socket) => {
    const { nsp } = socket;
    socket.on("warm", async (ack) => {
      await storeOf(nsp).all(nsp.name);
      ack("ok");
    });
    socket.on("disconnect", () => nsp.emit("left", socket.id));
  });
}
