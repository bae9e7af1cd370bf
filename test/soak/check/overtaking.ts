/**
 * Packets of several senders overtake each other on their way to a client, and a client comes back with the
 * offset of the packet that came last, not of the newest. What is promised of a recovery ends there.
 */
import type { Entry, EntryOf } from "../entry.js";
import type { SentEvent } from "./history.js";
import type { Session } from "./sessions.js";

/**
 * By recovered connection: the offset with which its client came back, that of the packet that had come last.
 */
export function lastOffsets(
  entries: readonly Entry[],
  sessions: readonly Session[],
): ReadonlyMap<string, string> {
  const last = new Map(
    entries.flatMap((entry) =>
      entry.type === "got" && entry.offset !== undefined ? [[entry.link, entry.offset] as const] : [],
    ),
  );
  const cameBackWith = new Map<string, string>();
  for (const { links } of sessions) {
    let offset: string | undefined;
    for (const link of links) {
      if (offset !== undefined) cameBackWith.set(link, offset);
      offset = last.get(link) ?? offset;
    }
  }
  return cameBackWith;
}

/**
 * Lost: on its way when its recipient was lost, and older than what the client came back with. Whether it had
 * arrived, nobody can know (`runtime/recovery/missed-packets.ts`).
 */
export function wasOvertaken(
  event: SentEvent,
  { gaps, links }: Session,
  offsets: ReadonlyMap<string, string>,
): boolean {
  const copies = [...event.got.values()].flat();
  const offset = copies.find((copy) => copy.offset !== undefined)?.offset;
  if (offset === undefined) return false;
  const live = copies.filter(({ link }) => !offsets.has(link)); // the others may have been replayed
  const lastAt = Math.max(...[...event.handled, ...live].map(({ at }) => at));
  return gaps.some(({ from }, index) => {
    const isOnItsWay = event.handled.some(({ at }) => at < from) && lastAt > from - ON_ITS_WAY_MS;
    return isOnItsWay && offset < (offsets.get(links[index + 1] ?? "") ?? "");
  });
}

/** A post that is slow, or made again, comes so much later than those to the others. */
const ON_ITS_WAY_MS = 5_000;

/**
 * Twice: a copy on an earlier connection, and one on a later, whose client asked for all
 * that is newer than something older.
 */
export function isRepeated(copies: readonly EntryOf<"got">[], offsets: ReadonlyMap<string, string>): boolean {
  return copies.some(({ link, offset = "" }, index) => {
    const from = offsets.get(link);
    return from !== undefined && from < offset && copies.slice(0, index).some((copy) => copy.link !== link);
  });
}
