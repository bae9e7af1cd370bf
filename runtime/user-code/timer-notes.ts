/** What the developer is told of timers. */
import { readCallSite } from "../log/call-site.js";
import { note, warnOnce } from "../log/log.js";
import type { InnerTimeout } from "./started.js";
import { originOf, type SetTimer } from "./timer-origin.js";

/** An event is over, and this timer of its runs on. */
export function tellOfTimer(set: SetTimer, limitMs: number): void {
  const limit = `Events wait up to ${limitMs} ms for timers (the prop timers.awaitUpTo). `;
  const text = `outlives the event that has set it: ${NO_SERVER} ${isInterval(set.timer) ? "" : limit}`;
  if (matters(set)) tell(set.timer, set.site, `${text}${helperFor(set.timer)}`);
}

/** It was set while the app loaded, or by what that has started, and runs as events begin. */
export function tellOfLoadTimer(set: SetTimer): void {
  const text = `was set outside of any event: ${NO_SERVER} ${helperFor(set.timer)}`;
  if (matters(set)) tell(set.timer, set.site, text);
}

/** A replay has set one more like it, so this one was stopped. */
export function tellOfReplayedTimer(timer: InnerTimeout, site: Error): void {
  tell(
    timer,
    site,
    `of the "connection" handler outlives its event. The handler runs again before each event, and started one more each time: the former one was stopped. ${helperFor(timer)}`,
  );
}

const NO_SERVER =
  "on Lambda it fires only while an event runs in this environment, in each of them anew, or never.";

function helperFor(timer: InnerTimeout): string {
  return isInterval(timer)
    ? "For what comes again, use every(), a schedule of at least a minute (docs/timers.md)."
    : "For what comes later, use after(), which finds its way by a schedule (docs/timers.md).";
}

function isInterval(timer: InnerTimeout): boolean {
  return timer._repeat != null;
}

/** The app's own, and one that keeps a process alive. */
function matters(set: SetTimer): boolean {
  if (!set.timer.hasRef()) return false;
  const origin = originOf(set);
  return origin === "app" || origin === "handler";
}

const toldOf = new Set<string>();
const MOST_TOLD = 200;

/** Of each place in the app's code once. */
function tell(timer: InnerTimeout, site: Error, text: string): void {
  const position = readCallSite(site) ?? text;
  if (toldOf.has(position) || toldOf.size >= MOST_TOLD) return;
  toldOf.add(position);
  const name = isInterval(timer) ? "setInterval" : "setTimeout";
  const at = position === text ? "" : ` At ${position}.`;
  warnOnce(`${name} (${timer._idleTimeout} ms) ${text}${at}`);
}

let timers = 0;
let waitedMs = 0;
let toldAt = 1;

/** Events have waited for timers. Said for the first one, and then for ten times as many. */
export function countTimers(ended: ReadonlySet<SetTimer>, ms: number): void {
  timers += ended.size;
  waitedMs += ms;
  const last = [...ended].at(-1);
  if (!last || timers < toldAt) return;
  while (toldAt <= timers) toldAt *= 10;
  const position = readCallSite(last.site);
  const where = position === undefined ? "" : `, the last one set at ${position}`;
  note(
    `Events have waited for ${timers} ${timers === 1 ? "timer" : "timers"} so far, ${(waitedMs / 1000).toFixed(1)} s in all${where}. The function is billed while it waits (docs/timers.md).`,
  );
}
