import { type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";
import { currentFingerprint, type SeenInput, watchedFolders } from "./synth/inputs.js";

export interface Watcher {
  close(): void;
}

export interface WatchOptions {
  /** What is watched; asked again after each change, because a change may bring new files. */
  readonly inputs: () => Iterable<SeenInput>;
  /** Files beyond the inputs, such as one that does not compile and so is in no list yet. */
  readonly alsoFiles: () => readonly string[];
  /** Called when an input has changed and kept still for a moment, never twice at a time. Must not reject. */
  readonly onChange: () => Promise<void>;
}

/** Editors write a file in several steps. */
const STILL_MS = 50;

/**
 * Watches the inputs of a synth and calls back when one is no longer what it was. A touched file with the
 * same content is no change. It watches folders rather than files, because many editors replace the file.
 */
export function watchInputs(options: WatchOptions): Watcher {
  return new InputWatcher(options);
}

class InputWatcher implements Watcher {
  readonly #options: WatchOptions;
  readonly #watchers = new Map<string, FSWatcher>();
  /** What each input was like at the last callback. */
  readonly #known = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;
  #isClosed = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#watchFolders();
    // Something may have changed since the synth that the inputs are from.
    this.#touched();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
  }

  #touched(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), STILL_MS);
  }

  async #look(): Promise<void> {
    // What changes during a callback is looked at after it.
    if (this.#isBusy || this.#isClosed || !this.#hasChanges()) return;
    this.#isBusy = true;
    await this.#options.onChange();
    this.#isBusy = false;
    if (this.#isClosed) return;
    this.#watchFolders();
    this.#touched();
  }

  #hasChanges(): boolean {
    let found = false;
    const note = (key: string, seen: string, now: string) => {
      if ((this.#known.get(key) ?? seen) !== now) found = true;
      this.#known.set(key, now);
    };
    for (const input of this.#options.inputs()) {
      note(`${input.kind} ${input.name}`, input.fingerprint, currentFingerprint(input));
    }
    for (const name of this.#options.alsoFiles()) {
      const now = currentFingerprint({ kind: "content", name });
      note(`content ${name}`, now, now);
    }
    return found;
  }

  #watchFolders(): void {
    const wanted = watchedFolders(this.#options.inputs());
    for (const file of this.#options.alsoFiles()) wanted.add(dirname(file));
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of wanted) {
      if (this.#watchers.has(folder)) continue;
      const watcher = watch(folder, () => this.#touched());
      // A folder that is removed ends its watcher; the change itself was reported before.
      watcher.on("error", () => this.#watchers.delete(folder));
      this.#watchers.set(folder, watcher);
    }
  }
}
