/**
 * `redis` 3, which millions still install: callbacks, which its one connection calls;
 * promises by `util.promisify`.
 */
import { promisify } from "node:util";
import { createClient } from "redis3";
import type { Driver } from "./store.js";

const open = () => createClient({ path: process.env.REDIS_SOCKET }).on("error", console.error);

export const redis3: Driver = {
  callbacks() {
    const client = open();
    return {
      add: (chat, text, done) => client.rpush(chat, text, done),
      all: (chat, done) => client.lrange(chat, 0, -1, done),
      close: () => client.quit(),
    };
  },
  promises() {
    const client = open();
    const rpush = promisify(client.rpush).bind(client);
    const lrange = promisify(client.lrange).bind(client);
    return {
      add: (chat, text) => rpush(chat, text),
      all: async (chat) => (await lrange(chat, 0, -1)) ?? [],
      close: () => client.quit(),
    };
  },
};
