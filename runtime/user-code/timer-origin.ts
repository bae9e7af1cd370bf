/** A timer as the app has set it, and whose it is. */
import { type TimerOrigin, timerOrigin } from "../log/call-site.js";
import type { InnerTimeout } from "./started.js";

export interface SetTimer {
  readonly timer: InnerTimeout & { hasRef(): boolean };
  /** What it calls. */
  readonly callback: unknown;
  /** Made by the function that stands in for `setTimeout`. */
  readonly site: Error;
}

export function toSetTimer(timer: NodeJS.Timeout, callback: unknown, site: Error): SetTimer {
  return { timer: timer as unknown as SetTimer["timer"], callback, site };
}

/** Reading a call site takes time, so it is read once for all timers that are alike. */
const origins = new Map<string, TimerOrigin>();
const MOST_ORIGINS = 500;

export function originOf({ timer, callback, site }: SetTimer): TimerOrigin {
  const key = `${timer._repeat} ${timer._idleTimeout} ${callback}`;
  const origin = origins.get(key) ?? timerOrigin(site);
  if (origins.size < MOST_ORIGINS) origins.set(key, origin);
  return origin;
}
