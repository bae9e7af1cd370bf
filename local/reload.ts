import { SynthError } from "./errors.js";
import type { OnLocalEvent } from "./local-event.js";
import type { Assembly } from "./synth/synth.js";
import { type Watcher, watchInputs } from "./watch.js";

/** Runs one task after another: two reloads at once could end in the wrong order. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  take(task: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(task);
    this.#last = turn.catch(() => {}); // the caller of this turn has it; the next one begins all the same
    return turn;
  }

  /** Resolves when nothing runs or waits. */
  async ended(): Promise<void> {
    await this.#last;
  }
}

/** Reloads when an input of the assembly changes, and tries again when a file that broke the reload does. */
export function watchAndReload(
  assembly: () => Assembly,
  reload: () => Promise<void>,
  log: OnLocalEvent,
): Watcher {
  let brokenFiles: readonly string[] = [];
  return watchInputs({
    inputs: () => assembly().inputs,
    alsoFiles: () => brokenFiles,
    async onChange() {
      const startedMs = performance.now();
      try {
        await reload();
        brokenFiles = [];
        log({ type: "reloaded", durationMs: performance.now() - startedMs });
      } catch (error) {
        brokenFiles = error instanceof SynthError ? error.files : [];
        log({ type: "reload-failed", error });
      }
    },
  });
}
