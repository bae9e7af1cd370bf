/** Sessions and logins by `io.engine.use()`. */
import { Server } from "socket.io";
import { DynamoSessionStore } from "./dynamo-session-store.js";
import { listen } from "./handlers.js";
import { passportOf, sessionIn } from "./login.js";

export const io = new Server();
export const store = new DynamoSessionStore();

const passport = passportOf();

export function useEngine(engine: Server["engine"]): void {
  engine.use(sessionIn(store));
  engine.use(passport.initialize());
  engine.use(passport.session());
}

listen(io.of("/"));
