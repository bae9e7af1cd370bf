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
 * Watches the inputs of a synth and calls back when one is no longer what it was. A touched file with the same content is
 * no change. It watches folders rather than files, because many editors replace the file.
 */
export function watchInputs(options: WatchOptions): Watcher {
  const watchers = new Map<string, FSWatcher>();
  /** What each input was like at the last callback. */
  const known = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let isBusy = false;
  let isClosed = false;
  watchFolders();
  // Something may have changed since the synth that the inputs are from.
  touched();

  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
    },
  };

  function touched(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), STILL_MS);
  }

  async function look(): Promise<void> {
    // What changes during a callback is looked at after it.
    if (isBusy || isClosed || !hasChanges()) return;
    isBusy = true;
    await options.onChange();
    isBusy = false;
    if (isClosed) return;
    watchFolders();
    touched();
  }

  function hasChanges(): boolean {
    let found = false;
    const note = (key: string, seen: string, now: string) => {
      if ((known.get(key) ?? seen) !== now) found = true;
      known.set(key, now);
    };
    for (const input of options.inputs()) {
      note(`${input.kind} ${input.name}`, input.fingerprint, currentFingerprint(input));
    }
    for (const name of options.alsoFiles()) {
      const now = currentFingerprint({ kind: "content", name });
      note(`content ${name}`, now, now);
    }
    return found;
  }

  function watchFolders(): void {
    const wanted = watchedFolders(options.inputs());
    for (const file of options.alsoFiles()) wanted.add(dirname(file));
    for (const [folder, watcher] of watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of wanted) {
      if (watchers.has(folder)) continue;
      const watcher = watch(folder, touched);
      // A folder that is removed ends its watcher; the change itself was reported before.
      watcher.on("error", () => watchers.delete(folder));
      watchers.set(folder, watcher);
    }
  }
}
