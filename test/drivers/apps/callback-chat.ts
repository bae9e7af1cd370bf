/** A chat in the callback style: its database calls back, in whatever context that happens to be. */
import type { Namespace, Server } from "socket.io";
import type { StoreOf } from "./opened.js";
import type { CallbackStore } from "./stores/store.js";

export function callbackChat(io: Server, chats: Namespace, storeOf: StoreOf<CallbackStore>): void {
  chats.on("connection", (socket) => {
    const { nsp } = socket;

    storeOf(nsp).all(nsp.name, (error, texts) => socket.emit("history", socket.id, error?.message ?? texts));

    socket.on("say", (text, ack) => {
      storeOf(nsp).add(nsp.name, text, (error) => {
        if (error) return ack(error.message);
        nsp.emit("said", text);
        io.emit("news", text);
        socket.emit("noted", text);
        ack("stored");
      });
    });

    socket.on("join", (room, ack) => {
      storeOf(nsp).add(nsp.name, `joins ${room}`, () => {
        socket.join(room);
        ack("joined");
      });
    });

    socket.on("tell", (room, text, ack) => {
      storeOf(nsp).add(nsp.name, text, () => {
        nsp.to(room).emit("told", text);
        socket.to(room).emit("told by another", text);
        ack("told");
      });
    });

    socket.on("look", (ack) =>
      storeOf(nsp).all(nsp.name, (error, texts) => ack(error?.message ?? texts?.length)),
    );

    socket.on("disconnect", () => nsp.emit("left", socket.id));
  });
}

/** Another namespace, whose clients may be the first to need the database. */
export function callbackLobby(lobbies: Namespace, storeOf: StoreOf<CallbackStore>): void {
  lobbies.on("connection", (socket) => {
    const { nsp } = socket;
    socket.on("warm", (ack) => storeOf(nsp).all(nsp.name, (error) => ack(error?.message ?? "ok")));
    socket.on("disconnect", () => nsp.emit("left", socket.id));
  });
}
