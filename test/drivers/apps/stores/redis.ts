/** The current `redis`: promises; callbacks by its `legacy()`, for programs that come from version 3. */
import { createClient } from "redis";
import type { Driver } from "./store.js";

function open() {
  const client = createClient({ socket: { path: process.env.REDIS_SOCKET ?? "", tls: false } });
  client.on("error", console.error);
  // Commands that come before it is connected wait.
  const connected = client.connect();
  const close = () => void connected.then(() => client.close());
  return { client, close };
}

export const redis: Driver = {
  callbacks() {
    const { client, close } = open();
    const legacy = client.legacy();
    return {
      add: (chat, text, done) => legacy.rPush(chat, text, done),
      all: (chat, done) =>
        legacy.lRange(chat, "0", "-1", (error, texts) => done(error, texts as unknown as string[])),
      close,
    };
  },
  promises() {
    const { client, close } = open();
    return {
      add: (chat, text) => client.rPush(chat, text),
      all: (chat) => client.lRange(chat, 0, -1),
      close,
    };
  },
};
