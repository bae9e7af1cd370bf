/**
 * Namespaces that a client has left: each leaves a mark in the connection's item, so that the client's
 * repetition of that call finds its own (`dynamo-connections.ts`). An event lives 29 s at most, so a mark is
 * of no use a minute later. Without an end to them, a client that goes from namespace to namespace would fill
 * its item.
 */
import type { StoredConnection } from "../store/store.js";

const REPEATED_MS = 60_000;

/** An expression has 4 KB. */
const FORGOTTEN_AT_ONCE = 50;

/** Those whose marks are still needed. */
export function recentlyLeft(stored: StoredConnection): string[] {
  return namespacesOf(stored, (at) => at >= Date.now() - REPEATED_MS);
}

/** Marks to remove with the next session. That of `/` stays: it tells that a plain client was greeted. */
export function longLeft(stored: StoredConnection): string[] {
  return namespacesOf(stored, (at) => at < Date.now() - REPEATED_MS)
    .filter((namespace) => namespace !== "/")
    .slice(0, FORGOTTEN_AT_ONCE);
}

function namespacesOf({ left = new Map() }: StoredConnection, when: (at: number) => boolean): string[] {
  return [...left].filter(([, at]) => when(at)).map(([namespace]) => namespace);
}
