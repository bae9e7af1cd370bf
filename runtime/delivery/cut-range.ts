/**
 * Cuts a range of socket ids into ranges of about as many recipients each. Ids are random (`base64id`: each
 * of the first characters is one of 64), so how far the first rows of a range reach tells how many there are
 * in all. A wrong estimate costs time and no recipient: who gets a range reads one page of it, and cuts what
 * is behind that once more.
 */
import { CHUNK_RECIPIENTS } from "./chunks.js";
import type { RangePage, RecipientRange } from "./recipient-range.js";

/** More than that are cut in two levels, or three. */
export const MAX_RANGES = 64;

/** In the order of their bytes. */
const ALPHABET = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const BASE = ALPHABET.length;

/** 48 bits: more do not fit into a number with the sums that are made of it. */
const DIGITS = 8;

/**
 * What a page has left to read.
 *
 * @param after where the page began
 * @param each so many recipients a range, as far as one can tell
 */
export function cutRest(
  { rest, rows }: Pick<RangePage, "rest" | "rows">,
  after: string | undefined,
  each = CHUNK_RECIPIENTS,
): RecipientRange[] {
  if (!rest) return [];
  const from = placeOf(rest.after ?? "");
  const to = rest.until === undefined ? 1 : placeOf(rest.until);
  const covered = from - placeOf(after ?? "");
  // Ids that begin alike tell nothing of how many there are: they go on one page after another.
  const expected = covered > 0 ? (rows / covered) * (to - from) : 0;
  const count = Math.min(Math.max(Math.ceil(expected / each), 1), MAX_RANGES);
  const ends: (string | undefined)[] = [];
  let last = rest.after ?? "";
  for (let i = 1; i < count; i++) {
    const end = idAt(from + ((to - from) * i) / count);
    if (end <= last || (rest.until !== undefined && end >= rest.until)) continue;
    ends.push(end);
    last = end;
  }
  ends.push(rest.until);
  return ends.map((until, i) => part(rest, i === 0 ? rest.after : ends[i - 1], until));
}

function part(rest: RecipientRange, after: string | undefined, until: string | undefined): RecipientRange {
  const isIn = (sid: string) => (after === undefined || sid > after) && (until === undefined || sid <= until);
  return { ...rest, after, until, exceptSids: rest.exceptSids.filter(isIn) };
}

/** Where an id stands among all ids, from 0 to 1. */
function placeOf(sid: string): number {
  let place = 0;
  let unit = 1;
  for (const char of sid.slice(0, DIGITS)) {
    unit /= BASE;
    const digit = ALPHABET.indexOf(char);
    // In front of the next one of ours, and so are all that begin like it.
    if (digit < 0) return place + [...ALPHABET].filter((other) => other < char).length * unit;
    place += digit * unit;
  }
  return place;
}

/** The first id at a place. */
function idAt(place: number): string {
  let id = "";
  let left = place;
  for (let i = 0; i < DIGITS; i++) {
    left *= BASE;
    const digit = Math.min(Math.floor(left), BASE - 1);
    id += ALPHABET[digit];
    left -= digit;
  }
  return id;
}
