/** What comes next, by time: a binary heap. */
export class Heap<T extends { readonly atMs: number }> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The earliest one, which stays. */
  get first(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    this.#items.push(item);
    this.#sift(this.#items.length - 1, item);
  }

  /** Removes the earliest one and returns it. */
  pop(): T | undefined {
    const [first] = this.#items;
    const last = this.#items.pop();
    if (last && this.#items.length > 0) this.#sink(last);
    return first;
  }

  #sift(from: number, item: T): void {
    const items = this.#items;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = items[above];
      if (!parent || parent.atMs <= item.atMs) break;
      items[at] = parent;
      at = above;
    }
    items[at] = item;
  }

  #sink(item: T): void {
    const items = this.#items;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = items[below];
      const right = items[below + 1];
      if (child && right && right.atMs < child.atMs) {
        child = right;
        below++;
      }
      if (!child || child.atMs >= item.atMs) break;
      items[at] = child;
      at = below;
    }
    items[at] = item;
  }
}
