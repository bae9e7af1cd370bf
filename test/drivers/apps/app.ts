/**
 * A chat for each combination of driver, style and moment of opening, as far as the machine has the servers.
 */
import { Server } from "socket.io";
import { type Combination, combinations, DRIVERS, type DriverName, namespaceOf } from "../combinations.js";
import { callbackChat, callbackLobby } from "./callback-chat.js";
import { callbackStores, closeStores, promiseStores } from "./opened.js";
import { awaitingChat, promiseLobby, thenChat } from "./promise-chat.js";
import { dynamodb } from "./stores/dynamodb.js";
import { nedb } from "./stores/nedb.js";
import { postgres } from "./stores/postgres.js";
import { redis } from "./stores/redis.js";
import { redis3 } from "./stores/redis3.js";
import type { Driver } from "./stores/store.js";

const drivers: Readonly<Record<DriverName, Driver>> = { nedb, redis3, redis, postgres, dynamodb };

/** The variable that says where a driver's server is. */
const addresses: Partial<Record<DriverName, string>> = {
  redis3: "REDIS_SOCKET",
  redis: "REDIS_SOCKET",
  postgres: "PGHOST",
};

export const io = new Server();
export { closeStores };

for (const combination of combinations(DRIVERS.filter(hasServer))) serve(combination);

function hasServer(driver: DriverName): boolean {
  const address = addresses[driver];
  return address === undefined || Boolean(process.env[address]);
}

function serve(combination: Combination): void {
  const { driver, style, opened } = combination;
  const namespaces = (kind: "chat" | "lobby") => {
    const path = namespaceOf(combination, kind, "");
    return io.of((name, _auth, next) => next(null, name.startsWith(path)));
  };
  if (style === "callback") {
    const storeOf = callbackStores(opened, drivers[driver].callbacks);
    callbackChat(io, namespaces("chat"), storeOf);
    callbackLobby(namespaces("lobby"), storeOf);
  } else {
    const storeOf = promiseStores(opened, drivers[driver].promises);
    const promiseChat = style === "await" ? awaitingChat : thenChat;
    promiseChat(io, namespaces("chat"), storeOf);
    promiseLobby(namespaces("lobby"), storeOf);
  }
}
