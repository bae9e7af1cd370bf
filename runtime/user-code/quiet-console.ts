/**
 * What the `connection` handler prints is printed once, as on a server that runs it once: in a replay,
 * `console.log` and its kin do nothing, as emits do. Every second published server logs there.
 *
 * `console.error` and `console.warn` go on: a replay may fail where the first run did not (a database that
 * has gone), and an error that is repeated harms less than one that nobody sees. So do loggers that write to
 * `process.stdout` themselves, and an app's own copy of a method (`const { log } = console`): they are not
 * asked for here.
 */

import { isReplaying } from "../connection/scope.js";
import { atCallSite } from "../log/call-site.js";
import { warnOnce } from "../log/log.js";

const MUTED = [
  "log",
  "info",
  "debug",
  "dir",
  "dirxml",
  "table",
  "group",
  "groupCollapsed",
  "groupEnd",
] as const;

/**
 * Called as each event begins, for something else may have replaced the methods since (a logger, a test's
 * spy). Costs some microseconds. A method that is read outside of a replay is the one that was there, so a
 * spy is still itself.
 */
export function quietReplays(): void {
  for (const method of MUTED) {
    const { get, value = get?.call(console) } = Object.getOwnPropertyDescriptor(console, method) ?? {};
    if (get && ours.has(get)) continue;
    let current: unknown = value;
    const read = () => (isReplaying() ? mute : current);
    const write = (replacement: unknown) => {
      current = replacement;
    };
    ours.add(read);
    Object.defineProperty(console, method, { get: read, set: write, configurable: true, enumerable: true });
  }
}

const ours = new WeakSet<() => unknown>();

function mute(): void {
  if (isOnAws) return;
  const where = atCallSite();
  warnOnce(
    `What is logged${where} is muted from now on: the "connection" handler runs again before each event of its client, and console.log prints in its first run only. console.error and console.warn always print. This line is left out on AWS.`,
    "muted console",
  );
}

/**
 * There, the name has the function's version in brackets: `2026/11/26/[$LATEST]4f2a…`; here it is "local", or
 * missing.
 */
const isOnAws = process.env.AWS_LAMBDA_LOG_STREAM_NAME?.includes("[") ?? false;
