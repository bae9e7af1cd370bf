import { setTimeout as delay } from "node:timers/promises";
import type { ExtendedError, Namespace } from "socket.io";

/**
 * How often this process has run the middleware for a socket. Against all advice in a module's variable: it
 * is the instrument that would show a second run, which everything that a socket keeps would hide.
 */
const runs = new Map<string, number>();

export function connectMiddlewares(namespace: Namespace): void {
  namespace.use((socket, next) => {
    runs.set(socket.id, (runs.get(socket.id) ?? 0) + 1);
    socket.data.trail = ["first"];
    next();
  });
  namespace.use(async (socket, next) => {
    await delay(10);
    socket.data.trail.push("async");
    Object.assign(socket, { user: { name: socket.handshake.auth.name } });
    socket.join("a room of the middleware");
    next();
  });
  namespace.use((socket, next) => {
    const { refuse, throws } = socket.handshake.auth;
    if (throws) throw new Error("thrown by a middleware, as the test asks");
    const error: ExtendedError = new Error("refused by the middleware");
    error.data = { code: 42, hint: "ask for less" };
    next(refuse ? error : undefined);
  });
  namespace.use((socket, next) => {
    socket.data.trail.push("last");
    next();
  });
  namespace.on("connection", (socket) => {
    socket.data.trail.push("connection");
    socket.on("state", (reply) => {
      const { user } = socket as typeof socket & { user?: object };
      reply({ trail: socket.data.trail, user, rooms: [...socket.rooms].sort() });
    });
    socket.on("runs", (reply) => reply(runs.get(socket.id) ?? 0));
  });
}

export function eventMiddlewares(namespace: Namespace): void {
  namespace.on("connection", (socket) => {
    socket.use(([event, ...args], next) => {
      if (Array.isArray(args[0])) args[0].push(`first:${event}`);
      next();
    });
    socket.use(async ([, ...args], next) => {
      await delay(10);
      if (Array.isArray(args[0])) args[0].push("async");
      next();
    });
    socket.use((packet, next) => {
      if (packet[0] === "forbidden") return next(new Error("not allowed"));
      if (packet[0] === "rename me") packet[0] = "renamed";
      next();
    });
    socket.on("error", (error) => socket.emit("refused", error.message));
    socket.on("walk", (trail, reply) => reply(trail));
    socket.on("renamed", (reply) => reply("renamed"));
    socket.on("forbidden", () => socket.emit("must not happen"));
  });
}
