/** The form of many apps: Express's middlewares wrapped for `io.use()`. */
import type { RequestHandler } from "express";
import { Server, type Socket } from "socket.io";
import { DynamoSessionStore } from "./dynamo-session-store.js";
import { listen } from "./handlers.js";
import { passportOf, sessionIn } from "./login.js";

type Next = (error?: Error) => void;

const wrap = (middleware: unknown) => (socket: Socket, next: Next) =>
  (middleware as RequestHandler)(socket.request as never, {} as never, next as never);

export const io = new Server();
export const store = new DynamoSessionStore();

const passport = passportOf();

io.use(wrap(sessionIn(store)));
io.use(wrap(passport.initialize()));
io.use(wrap(passport.session()));

listen(io.of("/"));
