/**
 * Time that jumps to whatever comes next, and chance from a seed: so minutes pass in milliseconds, and a run
 * is the same run each time.
 */
export class VirtualTime {
  now = 1_800_000_000_000;
  readonly #queue: { readonly at: number; readonly place: number; readonly run: () => void }[] = [];
  #places = 0;
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** mulberry32. */
  random = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  between(least: number, most: number): number {
    return least + this.random() * (most - least);
  }

  /** Mostly some milliseconds, now and then a second. */
  latency(): number {
    const kind = this.random();
    if (kind < 0.85) return this.between(1, 8);
    return kind < 0.98 ? this.between(8, 120) : this.between(120, 1_500);
  }

  at(ms: number, run: () => void): () => void {
    const entry = { at: this.now + Math.max(ms, 0), place: this.#places++, run };
    this.#queue.push(entry);
    return () => {
      const index = this.#queue.indexOf(entry);
      if (index >= 0) this.#queue.splice(index, 1);
    };
  }

  /** As that of `node:timers/promises`. */
  delay = <T>(ms = 1, value?: T, { signal }: { readonly signal?: AbortSignal } = {}): Promise<T> =>
    new Promise((resolve, reject) => {
      const cancel = this.at(ms, () => resolve(value as T));
      signal?.addEventListener("abort", () => {
        cancel();
        reject(signal.reason);
      });
    });

  /** Until it is over, nothing is left to happen, or the time is up. */
  async run(isOver: () => boolean, forMs: number): Promise<void> {
    const until = this.now + forMs;
    for (;;) {
      await turns();
      if (isOver()) return;
      let next = this.#queue[0];
      for (const entry of this.#queue) {
        if (!next || entry.at < next.at || (entry.at === next.at && entry.place < next.place)) next = entry;
      }
      if (!next || next.at > until) return;
      this.#queue.splice(this.#queue.indexOf(next), 1);
      this.now = Math.max(this.now, next.at);
      next.run();
    }
  }
}

const nextTurn = setImmediate;

/** What can go on without time passing, goes on: promises, and what the code does in its next turns. */
async function turns(): Promise<void> {
  for (let i = 0; i < 4; i++) await new Promise((resolve) => nextTurn(resolve));
}
