/**
 * First in, first out. An array's `shift` moves all the others as soon as some ten thousand wait: 100,000
 * took 0.9 s.
 */
export class Queue<Item extends object> {
  #in: Item[] = [];
  /** Turned round, so that the first is at the end. */
  #out: Item[] = [];

  push(item: Item): void {
    this.#in.push(item);
  }

  shift(): Item | undefined {
    if (this.#out.length === 0) [this.#out, this.#in] = [this.#in.reverse(), this.#out];
    return this.#out.pop();
  }
}
