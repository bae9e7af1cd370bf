import { cpus } from "node:os";

/** What the cores have done since the machine started, in milliseconds of all of them. */
interface Sample {
  readonly atMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}

/** The system counts in steps of 10 ms. */
const WINDOW_MS = 100;
/** Where threads wait for each other, cores that are the limit are not busy all of the time. */
const FULL = 0.75;

/** Whether this machine's cores have time to spare, beside all programs that run on it. */
export class CoreLoad {
  #before: Sample | undefined;
  #latest: Sample | undefined;

  /** Begins a window, unless one began just now. To be called some time before `areFull`. */
  look(): void {
    if (this.#latest && performance.now() - this.#latest.atMs < WINDOW_MS) return;
    this.#before = this.#latest;
    this.#latest = sample();
  }

  /** False, too, where nobody has looked before, and in a container whose share of the cores is used up. */
  areFull(): boolean {
    this.look();
    const [from, to] = [this.#before, this.#latest];
    if (!from || !to || to.totalMs === from.totalMs) return false;
    return 1 - (to.idleMs - from.idleMs) / (to.totalMs - from.totalMs) >= FULL;
  }
}

function sample(): Sample {
  const times = cpus().map((core) => core.times);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    atMs: performance.now(),
    idleMs: sum(times.map(({ idle }) => idle)),
    totalMs: sum(times.flatMap((time) => Object.values(time))),
  };
}
