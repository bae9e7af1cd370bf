/** What is kept of the app's tasks (`every`, `after`): when they have run, and when they are to run. */
import type { StoredValue } from "./value.js";

/** A run of a task that is to come. */
export interface DelayedRun {
  /** Names it among those of its task. */
  readonly id: string;
  readonly args: StoredValue;
  /** Since when it runs, where it has been taken. */
  readonly takenAt: number | undefined;
}

/** All times in epoch milliseconds. */
export interface TaskStore {
  /** When a repeated task has last run, or was first seen. Consistent. */
  lastRun(name: string): Promise<number | undefined>;
  /**
   * It runs now. However many ask, one is told true: the first whose `last` is what stands there;
   * `undefined`: where nothing does.
   */
  claimRun(name: string, last: number | undefined, now: number, keptMs: number): Promise<boolean>;
  /** A task is to run at `due`. */
  schedule(name: string, due: number, args: StoredValue): Promise<void>;
  /** The first runs that are due, those with the earliest time first. Consistent. */
  dueRuns(name: string, now: number): Promise<readonly DelayedRun[]>;
  /** It runs now. However many ask, one is told true. */
  takeRun(name: string, id: string): Promise<boolean>;
  /** It has ended: removes it. */
  endRun(name: string, id: string): Promise<void>;
}
