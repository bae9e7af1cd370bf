/**
 * The timers that the handlers of one event set. Lambda freezes what still runs when the event has been
 * answered: a timer then fires when the next event comes to this environment, or never. So the event waits
 * for those that fire soon, up to a limit (`timers.awaitUpTo`), and the developer is told of the others.
 *
 * Counted from when the handlers have ended, so that timers which set the next one hold no event for longer.
 * An interval is not waited for: nobody knows whether it ends. While an event waits, it is billed.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Scope } from "../connection/scope.js";
import { waitsOf } from "./event-waits.js";
import type { PendingWork } from "./pending-work.js";
import { SHORT_TIMER_MS } from "./started-work.js";
import { countTimers, tellOfTimer } from "./timer-notes.js";
import { originOf, type SetTimer } from "./timer-origin.js";

interface EventTimer extends SetTimer {
  /** On the clock of `performance.now()`. */
  readonly dueMs: number;
}

/** A timer that was cleared is noticed so soon. */
const LOOK_EVERY_MS = 20;

/** As with other waits: of one client few take longer at once, and each takes at least so long. */
const WAIT = { notedAfterMs: 1_000, leastMs: SHORT_TIMER_MS };

const timersOfEvent = new WeakMap<PendingWork, EventTimers>();

/** Those of the event that the scope is part of. */
export function timersOf({ work }: Scope): EventTimers {
  const timers = timersOfEvent.get(work) ?? new EventTimers();
  timersOfEvent.set(work, timers);
  return timers;
}

/**
 * The handlers of an event have ended. Resolves when its short timers have, too, or when it is not to wait
 * any longer: at `latestMs` on the clock of `performance.now()`. `settle` waits for what their callbacks
 * start. `undefined` where no timer runs.
 */
export function timersEnd(
  event: Scope,
  latestMs: number,
  settle: () => Promise<void>,
): Promise<void> | undefined {
  return timersOfEvent.get(event.work)?.end(event, latestMs, settle);
}

export class EventTimers {
  #timers: EventTimer[] = [];

  add(set: SetTimer): void {
    this.#timers.push({ ...set, dueMs: performance.now() + set.timer._idleTimeout });
  }

  end(event: Scope, latestMs: number, settle: () => Promise<void>): Promise<void> | undefined {
    this.#timers = this.#timers.filter(isRunning);
    return this.#timers.length === 0 ? undefined : this.#end(event, latestMs, settle);
  }

  async #end(event: Scope, latestMs: number, settle: () => Promise<void>): Promise<void> {
    const limitMs = event.connection.runtime.awaitTimersMs;
    const startMs = performance.now();
    const untilMs = Math.min(startMs + Math.max(limitMs, SHORT_TIMER_MS), latestMs);
    if (this.#awaited(untilMs).length > 0) {
      const ended = new Set<SetTimer>();
      await waitsOf(event).until(this.#allEnd(event, untilMs, settle, ended), WAIT);
      countTimers(ended, performance.now() - startMs);
    }
    for (const timer of this.#timers.filter(isRunning)) tellOfTimer(timer, limitMs);
  }

  async #allEnd(
    event: Scope,
    untilMs: number,
    settle: () => Promise<void>,
    ended: Set<SetTimer>,
  ): Promise<void> {
    for (let awaited = this.#awaited(untilMs); awaited.length > 0 && !event.isOver; ) {
      await oneEnds(awaited, untilMs);
      for (const set of awaited) if (!isRunning(set)) ended.add(set);
      await settle();
      awaited = this.#awaited(untilMs);
    }
  }

  #awaited(untilMs: number): EventTimer[] {
    const now = performance.now();
    return this.#timers.filter(
      (set) => now <= untilMs && set.dueMs <= untilMs && isRunning(set) && isAwaited(set),
    );
  }
}

function isRunning({ timer }: SetTimer): boolean {
  return !timer._destroyed;
}

/**
 * Of the app, or set by a package that the app has called (a debounce). Those that a package sets for its own
 * work are awaited as long as anything else that handlers start (`started-work.ts`).
 */
function isAwaited(set: SetTimer): boolean {
  const { timer } = set;
  return timer._repeat == null && timer.hasRef() && originOf(set) !== "other";
}

async function oneEnds(timers: readonly EventTimer[], untilMs: number): Promise<void> {
  while (timers.every(isRunning) && performance.now() <= untilMs) {
    const nextMs = Math.min(...timers.map(({ dueMs }) => dueMs)) - performance.now();
    await delay(Math.max(1, Math.min(nextMs, LOOK_EVERY_MS)));
  }
}
