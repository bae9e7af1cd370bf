/** The members of rooms in memory, with the ids that sockets have, to be read in ranges. */
import type { RecipientRange } from "../../runtime/delivery/recipient-range.js";
import type { MemberPages } from "../../runtime/store/member-pages.js";
import type { Member } from "../../runtime/store/store.js";
import { random } from "../../tools/simulate/random.js";

export const SID_ALPHABET = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

export function randomSids(count: number, seed = 1): string[] {
  const numbers = random(seed);
  const char = () => SID_ALPHABET[Math.floor(numbers.next() * SID_ALPHABET.length)];
  return Array.from({ length: count }, () => Array.from({ length: 20 }, char).join(""));
}

export function memberCalled(sid: string): Member {
  return { sid, connectionId: `c-${sid}`, endpoint: "http://127.0.0.1:9/prod", protocol: "engine.io" };
}

export function wholeRangeOf(parts: readonly string[], except: readonly string[] = []): RecipientRange {
  return { parts, isSharded: false, except, exceptSids: [] };
}

export interface MemberTable {
  readonly pages: MemberPages;
  readonly reads: { readonly part: string; readonly rows: number }[];
}

/** @param expired rows that are read, and that nobody gets */
export function memberTable(
  rooms: Readonly<Record<string, Iterable<string>>>,
  expired: ReadonlySet<string> = new Set(),
  toMember = memberCalled,
): MemberTable {
  const sorted = new Map(Object.entries(rooms).map(([part, sids]) => [part, [...new Set(sids)].sort()]));
  const reads: { part: string; rows: number }[] = [];
  const pages: MemberPages = {
    partsOf: (_namespace, names) => names,
    async page(part, { after = "", until }, limit) {
      await new Promise(setImmediate);
      const inRange = (sorted.get(part) ?? []).filter(
        (sid) => sid > after && (until === undefined || sid <= until),
      );
      const read = inRange.slice(0, limit);
      reads.push({ part, rows: read.length });
      const members = read.filter((sid) => !expired.has(sid)).map(toMember);
      return { members, upTo: inRange.length > limit ? read.at(-1) : undefined };
    },
  };
  return { pages, reads };
}
