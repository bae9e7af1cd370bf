/** When an app opens its client of a database. */
import type { Namespace } from "socket.io";
import type { CallbackStore, PromiseStore } from "./stores/store.js";

export const OPENED = ["at load", "at first use", "per event"] as const;
export type Opened = (typeof OPENED)[number];

/** The store of a chat, whose lobby has the same one. */
export type StoreOf<Store> = (nsp: Namespace) => Store;

export function callbackStores(opened: Opened, open: () => CallbackStore): StoreOf<CallbackStore> {
  if (opened !== "per event") return shared(opened, open);
  return () => ({
    add(chat, text, done) {
      const store = open();
      store.add(chat, text, (error, result) => {
        done(error, result);
        store.close();
      });
    },
    all(chat, done) {
      const store = open();
      store.all(chat, (error, texts) => {
        done(error, texts);
        store.close();
      });
    },
    close() {},
  });
}

export function promiseStores(opened: Opened, open: () => PromiseStore): StoreOf<PromiseStore> {
  if (opened !== "per event") return shared(opened, open);
  async function once<Result>(use: (store: PromiseStore) => Promise<Result>): Promise<Result> {
    const store = open();
    try {
      return await use(store);
    } finally {
      store.close();
    }
  }
  return () => ({
    add: (chat, text) => once((store) => store.add(chat, text)),
    all: (chat) => once((store) => store.all(chat)),
    close() {},
  });
}

const open: { close(): void }[] = [];

/** Ends what a program ends before it exits. */
export function closeStores(): void {
  for (const store of open.splice(0)) store.close();
}

/** One for all while the module loads; one for each chat at first use, so that each test has a first use. */
function shared<Store extends { close(): void }>(opened: Opened, make: () => Store): StoreOf<Store> {
  const opening = () => {
    const store = make();
    open.push(store);
    return store;
  };
  if (opened === "at load") {
    const store = opening();
    return () => store;
  }
  const stores = new Map<string, Store>();
  return ({ name }) => {
    const id = name.slice(name.lastIndexOf("/"));
    const store = stores.get(id) ?? opening();
    stores.set(id, store);
    return store;
  };
}
