/** How the report speaks of an event. */
import type { EntryOf } from "../entry.js";
import type { SentEvent } from "./history.js";

export function tell({ id, event, room, handled }: SentEvent): string {
  const where = room === null ? "" : ` in "${room}"`;
  return `${id} (${event}${where}, handled at ${handled.map(({ at }) => seconds(at)).join(" and ") || "no time"})`;
}

/** Where and when a client got each copy. */
export function places(copies: readonly EntryOf<"got">[]): string {
  return copies
    .map(({ link, at, offset }) => `${link} at ${seconds(at)}${offset ? ` (${offset})` : ""}`)
    .join(", ");
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
