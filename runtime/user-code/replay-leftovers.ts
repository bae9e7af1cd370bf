/**
 * What replays leave running: intervals, long timers, listeners on objects of a module. On a server the
 * `connection` handler starts them once for each client; here each replay would start one more, for as long
 * as the environment lives.
 *
 * A thing that is made once (`line ??= setInterval(…)`, a driver that opens at first use) is no such
 * leftover, and neither is what a driver or Node itself keeps for its own work. So one is told of, and taken
 * down, when the app's own code has left another one like it in the replay of a later event: there is one of
 * each at most.
 */
import type { EventEmitter } from "node:events";
import { isOfApp } from "../log/call-site.js";
import { warnOnceAt } from "../log/log.js";
import type { Started, StartedListener, StartedTimer } from "./started.js";
import { tellOfReplayedTimer } from "./timer-notes.js";

/** Of one environment. */
export class ReplayLeftovers {
  #timers = new Map<string, StartedTimer>();
  readonly #listeners = new WeakMap<EventEmitter, Map<string, StartedListener>>();

  /** An event has ended, with what its replays had started. */
  eventEnded(replays: readonly Started[]): void {
    const timers = replays.flatMap((replay) => replay.timers).filter(isRunning);
    for (const started of timers) {
      const key = `${started.timer._repeat} ${started.timer._idleTimeout} ${started.timer._onTimeout}`;
      const former = this.#timers.get(key);
      this.#timers.set(key, started);
      if (former && isRunning(former) && !timers.includes(former) && isOfApp(former.site))
        takeDownTimer(former);
    }
    const listeners = replays.flatMap((replay) => replay.listeners).filter(isAttached);
    for (const started of listeners) {
      const { emitter, event, listener } = started;
      const known = this.#listeners.get(emitter) ?? new Map<string, StartedListener>();
      this.#listeners.set(emitter, known);
      const key = `${String(event)} ${listener}`;
      const former = known.get(key);
      known.set(key, started);
      if (!former || former.listener === started.listener || listeners.includes(former)) continue;
      if (isAttached(former) && isOfApp(former.site)) takeDownListener(former);
    }
    // What has ended by itself is not kept in memory.
    if (this.#timers.size > MAX_TIMERS)
      this.#timers = new Map([...this.#timers].filter(([, started]) => isRunning(started)));
  }
}

const MAX_TIMERS = 100;

function isRunning({ timer }: StartedTimer): boolean {
  return !timer._destroyed;
}

function isAttached({ emitter, event, listener }: StartedListener): boolean {
  return emitter.rawListeners(event).includes(listener);
}

function takeDownTimer({ timer, site }: StartedTimer): void {
  tellOfReplayedTimer(timer, site);
  clearTimeout(timer as unknown as NodeJS.Timeout);
}

function takeDownListener({ emitter, event, listener, site }: StartedListener): void {
  warnOnceAt(
    `The "connection" handler listens to ${JSON.stringify(String(event))} on an object that outlives its event. The handler runs again before each event, and added one more each time: the former one was removed. Listen where the module loads, and emit to a room.`,
    site,
  );
  emitter.removeListener(event, listener);
}
