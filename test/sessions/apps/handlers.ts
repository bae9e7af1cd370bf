/** Handlers as Socket.IO's documentation has them (socket.io/how-to/use-with-express-session). */
import type { IncomingMessage } from "node:http";
import type { Session, SessionData } from "express-session";
import type { Namespace, Socket } from "socket.io";
import type { User } from "./login.js";

interface Request extends IncomingMessage {
  readonly session: Session & Partial<SessionData>;
  readonly user?: User;
  isAuthenticated?(): boolean;
}

const requestOf = (socket: Socket) => socket.request as Request;

export function listen(namespace: Namespace): void {
  namespace.on("connection", (socket) => {
    const request = requestOf(socket);
    const idAtFirst = request.session.id;

    socket.on("who", (ack) => {
      ack([request.user?.name ?? null, request.user?.greeting(), request.isAuthenticated?.() ?? null]);
    });

    socket.on("id", (ack) => ack([idAtFirst === request.session.id, request.session.id]));

    socket.on("count", (ack) => {
      const { session } = request;
      session.reload((missing) => {
        if (missing) return ack(missing.message);
        request.session.count = (request.session.count ?? 0) + 1;
        request.session.save((error) => ack(error ? String(error) : request.session.count));
      });
    });

    socket.on("save", (count, ack) => {
      request.session.count = count;
      request.session.save(() => ack());
    });

    socket.on("counted", (ack) => ack(request.session.count ?? null));

    socket.on("disconnect", () => {
      const { session } = request;
      session.count = -1;
      session.save();
    });
  });
}
