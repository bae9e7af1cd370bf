/**
 * Keeps what is stored of one socket, and of one item, within its limits: a value that would exceed them
 * stays as it was saved last, and all others are saved.
 */
import { ValueTooLargeError } from "../errors.js";
import { bytesOf, type StoredValue, sameValue } from "../store/value.js";
import { grow, roomLeft, type Sized } from "./item-room.js";
import type { ReadonlyValues, Values } from "./values.js";

/** DynamoDB's for the name of an attribute; a byte is for what we add to it. */
const MAX_NAME_BYTES = 65_535 - 64;

/** What DynamoDB adds to a name and a value in a map. */
const ENTRY_BYTES = 1;

interface Naming<Name extends string> {
  readonly nameOf: (map: Name, key: string) => string;
  /** Which event of the client this is. */
  readonly event: () => string;
}

/** One socket's values, or one connection's, under their limit. */
export class ValueLimits {
  readonly #refused = new Map<string, StoredValue>();

  constructor(
    private readonly maxBytes: number,
    private readonly report: (error: ValueTooLargeError) => void,
  ) {}

  /**
   * The maps as they are to be saved, in place of `now`. `nameOf` gives a key as the app knows it. What is
   * refused is reported once for each value.
   */
  fit<Name extends string>(
    saved: Record<Name, ReadonlyValues>,
    now: Record<Name, ReadonlyValues>,
    stored: Sized,
    { nameOf, event }: Naming<Name>,
  ): Record<Name, Values> {
    const maps = Object.keys(now) as Name[];
    const sizes = { used: 0, free: roomLeft(stored) };
    for (const map of maps) {
      for (const [key, value] of saved[map]) {
        const bytes = entryBytes(key, value);
        if (now[map].has(key)) sizes.used += bytes;
        else sizes.free += bytes;
      }
    }
    const freeBefore = roomLeft(stored);
    const fitted = Object.fromEntries(maps.map((map) => [map, new Map()])) as Record<Name, Values>;
    for (const map of maps) {
      for (const [key, value] of now[map]) {
        const before = saved[map].get(key);
        const why = sameValue(before, value) ? undefined : this.#take(key, before, value, sizes);
        if (why === undefined) {
          fitted[map].set(key, value);
          continue;
        }
        if (before !== undefined) fitted[map].set(key, before);
        const name = nameOf(map, key);
        if (sameValue(this.#refused.get(name), value)) continue;
        this.#refused.set(name, value);
        this.report(new ValueTooLargeError(shorten(name), event(), entryBytes(key, value), why));
      }
    }
    grow(stored, freeBefore - sizes.free);
    return fitted;
  }

  /** Counts a changed value, or tells why it cannot be saved. */
  #take(
    key: string,
    before: StoredValue | undefined,
    value: StoredValue,
    sizes: { used: number; free: number },
  ): string | undefined {
    const by = entryBytes(key, value) - (before === undefined ? 0 : entryBytes(key, before));
    const why = this.#refusal(key, by, sizes.used + by, sizes.free - by);
    if (why !== undefined) return why;
    sizes.used += by;
    sizes.free -= by;
    return undefined;
  }

  #refusal(key: string, by: number, used: number, free: number): string | undefined {
    if (Buffer.byteLength(key) > MAX_NAME_BYTES) return `a key may have ${MAX_NAME_BYTES} bytes`;
    if (by <= 0) return undefined;
    if (used > this.maxBytes)
      return `socket.data and properties would have ${used} bytes, and limits.dataBytes is ${this.maxBytes}`;
    if (free < 0)
      return "with rooms, namespaces and the data of other sockets, the connection would be larger than DynamoDB's items may be";
    return undefined;
  }
}

function entryBytes(key: string, value: StoredValue): number {
  return Buffer.byteLength(key) + bytesOf(value) + ENTRY_BYTES;
}

/** A key may be a client's, and as long as it likes. */
function shorten(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name).slice(1, -1);
}
