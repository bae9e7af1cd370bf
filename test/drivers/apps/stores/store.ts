/**
 * What the chats keep, in the two styles in which people write. A store is one client of a
 * database, opened when it is made.
 */

export type Done<Result> = (error: Error | null | undefined, result?: Result) => void;

export interface CallbackStore {
  add(chat: string, text: string, done: Done<unknown>): void;
  all(chat: string, done: Done<string[]>): void;
  close(): void;
}

export interface PromiseStore {
  add(chat: string, text: string): Promise<unknown>;
  all(chat: string): Promise<string[]>;
  close(): void;
}

export interface Driver {
  callbacks(): CallbackStore;
  promises(): PromiseStore;
}
