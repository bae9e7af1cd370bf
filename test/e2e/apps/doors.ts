/** Lets in a client that brings a name, to `/` and to `/members` alike, and everybody to `/public`. */
import { Server } from "socket.io";

export const io = new Server();

for (const name of ["/", "/members"]) {
  io.of(name).use(({ handshake }, next) => {
    next(handshake.query.name || handshake.auth.name ? undefined : new Error("Who are you?"));
  });
}
io.of("/public");
