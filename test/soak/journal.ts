/** The record of a run, in the order in which things became known. */
import type { AnyEntry, Entry } from "./entry.js";

export class Journal {
  readonly entries: Entry[] = [];
  /** By the names that clients gave their connections. */
  readonly connectionIds = new Map<string, string>();
  readonly #startedMs = performance.now();
  #lastChangeMs = this.#startedMs;

  add(entry: AnyEntry): void {
    if (entry.type === "connection") this.connectionIds.set(entry.link, entry.connectionId);
    this.#lastChangeMs = performance.now();
    this.entries.push({ ...entry, at: this.#lastChangeMs - this.#startedMs });
  }

  /** Since the last entry. */
  get quietMs(): number {
    return performance.now() - this.#lastChangeMs;
  }
}
