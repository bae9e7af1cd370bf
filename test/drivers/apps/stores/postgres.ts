/** `pg`, with PostgreSQL's own variables for its address. Callbacks are called by its one connection. */
import pg from "pg";
import type { Driver } from "./store.js";

export const SCHEMA = "create table messages (chat text, body text)";
const INSERT = "insert into messages values ($1, $2)";
const SELECT = "select body from messages where chat = $1";

function open(): pg.Client {
  const client = new pg.Client();
  client.on("error", console.error);
  // Queries that come before it is connected wait.
  client.connect().catch(console.error);
  return client;
}

export const postgres: Driver = {
  callbacks() {
    const client = open();
    return {
      add: (chat, text, done) => client.query(INSERT, [chat, text], done),
      all: (chat, done) =>
        client.query(SELECT, [chat], (error, found) =>
          done(
            error,
            found?.rows.map(({ body }) => body),
          ),
        ),
      close: () => void client.end(),
    };
  },
  promises() {
    const client = open();
    return {
      add: (chat, text) => client.query(INSERT, [chat, text]),
      all: async (chat) => (await client.query(SELECT, [chat])).rows.map(({ body }) => body),
      close: () => void client.end(),
    };
  },
};
