/** Values under keys that are kept in the order of their characters, as LevelDB keeps what is ASCII. */
export class SortedValues {
  #values = new Map();
  #keys = [];

  get(key) {
    return this.#values.get(key);
  }

  set(key, value) {
    if (!this.#values.has(key)) this.#keys.splice(this.#first(key), 0, key);
    this.#values.set(key, value);
  }

  delete(key) {
    if (this.#values.delete(key)) this.#keys.splice(this.#first(key), 1);
  }

  clear() {
    this.#values.clear();
    this.#keys = [];
  }

  /** The keys of a range as LevelDB has them: `gt`, `gte`, `lt`, `lte`, `reverse` and `limit`. */
  keys({ gt, gte, lt, lte, reverse = false, limit = -1 } = {}) {
    const from = gte !== undefined ? this.#first(gte) : gt !== undefined ? this.#after(gt) : 0;
    const to = lte !== undefined ? this.#after(lte) : lt !== undefined ? this.#first(lt) : this.#keys.length;
    const count = Math.min(Math.max(to - from, 0), limit < 0 ? Number.POSITIVE_INFINITY : limit);
    return reverse ? this.#keys.slice(to - count, to).reverse() : this.#keys.slice(from, from + count);
  }

  /** Where a key is, or would be. */
  #first(key) {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#keys[middle] < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #after(key) {
    const index = this.#first(key);
    return this.#keys[index] === key ? index + 1 : index;
  }
}
