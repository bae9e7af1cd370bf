/**
 * NeDB 2: an embedded database of the callback kind. Its executor runs one call after
 * another, in any context.
 */
import { promisify } from "node:util";
import imported from "@seald-io/nedb";
import type { CallbackStore, Driver } from "./store.js";

// The types speak of an ES module; it is CommonJS, whose exports are the class.
const Datastore = imported as unknown as typeof imported.default;

interface Message {
  readonly chat: string;
  readonly text: string;
}

function callbacks(): CallbackStore {
  const messages = new Datastore<Message>({ autoload: true, inMemoryOnly: true });
  return {
    add: (chat, text, done) => messages.insert({ chat, text }, done),
    all: (chat, done) =>
      messages.find({ chat }, (error: Error | null, found: readonly Message[] = []) =>
        done(
          error,
          found.map(({ text }) => text),
        ),
      ),
    close() {},
  };
}

export const nedb: Driver = {
  callbacks,
  promises() {
    const store = callbacks();
    return {
      add: promisify(store.add),
      all: async (chat) => (await promisify(store.all)(chat)) ?? [],
      close: store.close,
    };
  },
};
