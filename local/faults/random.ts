/**
 * Numbers from a seed: one endless sequence for each name, none of which depends on how
 * often another one was asked.
 */
export class Random {
  readonly #sequences = new Map<string, () => number>();

  constructor(private readonly seed: number) {}

  /** The next number of the sequence of this name: 0 or more, less than 1. */
  next(name: string): number {
    let sequence = this.#sequences.get(name);
    if (!sequence) {
      sequence = mulberry32(this.seed ^ hash(name));
      this.#sequences.set(name, sequence);
    }
    return sequence();
  }
}

/** A small generator with a seed (github.com/cprosche/mulberry32, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * FNV-1a, 32 bits (datatracker.ietf.org/doc/html/draft-eastlake-fnv): sets the sequences of one seed apart.
 */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}
