/**
 * The recipients of a broadcast in a range of socket ids: the members of a union of rooms, each once, less
 * those of the excepted rooms. A range of ids is the same in every room, so a function that has one needs to
 * know nothing of the others (docs/decisions/deliver-in-ranges.md).
 */

import { sideBySide } from "../async/side-by-side.js";
import type { MemberPage, MemberPages, SidRange } from "../store/member-pages.js";
import type { Member } from "../store/store.js";

export interface RecipientRange extends SidRange {
  /** Where the members stand (`MemberPages.partsOf`). */
  readonly parts: readonly string[];
  /** The parts are shards of one room: alike in size, and nobody is in two of them. */
  readonly isSharded: boolean;
  /** Where those stand that do not get it. */
  readonly except: readonly string[];
  /** Those that are known by name not to get it. */
  readonly exceptSids: readonly string[];
}

export interface RangePage {
  /** Each once. All up to where `rest` begins. */
  readonly members: readonly Member[];
  /** What is left to read. */
  readonly rest: RecipientRange | undefined;
  /** Read up to there, of all rooms or of the fullest excepted one: how dense the range is. */
  readonly rows: number;
}

/** Whole parts that are known without a call. */
export type KnownParts = ReadonlyMap<string, MemberPage>;

const PARTS_AT_ONCE = 8;

/** Excepted sockets that an event names, instead of letting their rooms be read again. */
const MAX_EXCEPT_SIDS = 1_000;

/**
 * Reads some `limit` recipients, those with the lowest ids: a query a part, where no room has more rows than
 * that. Takes the memory of `limit` rows for each of `PARTS_AT_ONCE` parts, however large the rooms are.
 */
export async function firstPage(
  pages: MemberPages,
  range: RecipientRange,
  limit: number,
  known: KnownParts = new Map(),
): Promise<RangePage> {
  const reading = new Reading(pages, range, limit, known);
  await reading.readExcepted();
  await reading.readRecipients();
  return reading.page();
}

/** The first page of a part. */
interface PartPage extends MemberPage {
  /** The part has nothing else in the range. */
  readonly isWhole: boolean;
}

class Reading {
  /** Every part has been read up to there; what lies behind is left to others. */
  #until: string | undefined;
  #found: Member[] = [];
  readonly #excepted = new Set<string>();
  /** Excepted sockets of parts that have been read to their end. */
  readonly #exceptSids: string[];
  readonly #unreadExcept: string[] = [];
  /** The last ids of those that have been read to their end. */
  readonly #lastSids = new Map<string, string>();
  #exceptRows: string[] = [];

  constructor(
    private readonly pages: MemberPages,
    private readonly range: RecipientRange,
    private readonly limit: number,
    private readonly known: KnownParts,
  ) {
    this.#until = range.until;
    this.#exceptSids = [...range.exceptSids];
    for (const sid of range.exceptSids) this.#excepted.add(sid);
  }

  /** First, for their pages bound what is read of the rooms. */
  async readExcepted(): Promise<void> {
    await sideBySide(this.range.except, PARTS_AT_ONCE, async (part) => {
      const { members, isWhole } = await this.#read(part, this.limit);
      const sids = members.map(({ sid }) => sid);
      for (const sid of sids) this.#excepted.add(sid);
      if (sids.length > this.#exceptRows.length) this.#exceptRows = sids;
      if (isWhole && this.#exceptSids.length + sids.length <= MAX_EXCEPT_SIDS) this.#exceptSids.push(...sids);
      else this.#unreadExcept.push(part);
    });
  }

  async readRecipients(): Promise<void> {
    const { parts, isSharded } = this.range;
    // Shards are alike: a tenth more than its part, and hardly a row of a shard lies behind the others' last.
    const limit = isSharded ? Math.ceil((this.limit / parts.length) * 1.1) : this.limit;
    const add = async (part: string) => this.#add(part, await this.#read(part, limit));
    if (isSharded) return sideBySide(parts, PARTS_AT_ONCE, add);
    // What is read of the first bounds what is read of the others.
    const [first, ...others] = parts;
    if (first !== undefined) await add(first);
    await sideBySide(others, PARTS_AT_ONCE, add);
  }

  page(): RangePage {
    const all = this.#foundOnce().filter(({ sid }) => this.#isIn(sid));
    const exceptRows = this.#exceptRows.filter((sid) => this.#isIn(sid)).length;
    return {
      members: all.filter(({ sid }) => !this.#excepted.has(sid)),
      rest: this.#rest(),
      rows: Math.max(all.length, exceptRows),
    };
  }

  async #read(part: string, limit: number): Promise<PartPage> {
    const known = this.known.get(part);
    if (known) return { ...known, isWhole: true };
    const range = { after: this.range.after, until: this.#until };
    const page = await this.pages.page(part, range, limit);
    if (page.upTo !== undefined && this.#isIn(page.upTo)) this.#until = page.upTo;
    return { ...page, isWhole: page.upTo === undefined && range.until === this.range.until };
  }

  #add(part: string, { members, isWhole }: PartPage): void {
    if (isWhole) this.#lastSids.set(part, members.at(-1)?.sid ?? "");
    this.#found = this.#found.length === 0 ? [...members] : this.#found.concat(members);
    // A union of many rooms: those with the lowest ids are enough.
    if (this.#found.length <= 2 * this.limit) return;
    const lowest = this.#foundOnce()
      .filter(({ sid }) => this.#isIn(sid))
      .sort(bySid);
    const last = lowest[this.limit - 1];
    if (last && lowest.length > this.limit) this.#until = last.sid;
    this.#found = lowest.slice(0, this.limit);
  }

  #foundOnce(): Member[] {
    if (this.range.isSharded || this.range.parts.length === 1) return this.#found;
    return [...new Map(this.#found.map((member) => [member.sid, member])).values()];
  }

  #rest(): RecipientRange | undefined {
    const after = this.#until;
    if (after === undefined || after === this.range.until) return undefined;
    const parts = this.range.parts.filter((part) => {
      const lastSid = this.#lastSids.get(part);
      return lastSid === undefined || lastSid > after;
    });
    if (parts.length === 0) return undefined;
    const exceptSids = this.#exceptSids.filter((sid) => sid > after);
    return { ...this.range, after, parts, except: this.#unreadExcept, exceptSids };
  }

  /** Ids are ASCII, so the order of their characters is that of their bytes. */
  #isIn(sid: string): boolean {
    return this.#until === undefined || sid <= this.#until;
  }
}

function bySid(a: Member, b: Member): number {
  return a.sid < b.sid ? -1 : 1;
}
