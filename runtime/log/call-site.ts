/** Which line of the app called us: for warnings, which are printed once. */
import { cwd } from "node:process";

/**
 * A position to be read later: the text of a stack is made, and mapped to the sources, only when somebody
 * reads it.
 */
export function markCallSite(): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  const mark = new Error("a call site");
  Error.stackTraceLimit = stackTraceLimit;
  return mark;
}

/** From an emit of the app down to here it is a dozen calls. */
const FRAMES = 30;

/**
 * `app.ts:12:5`, relative to the working directory. The frames of this library, of Node and of socket.io are
 * left out, and those of other packages too, where the app stands behind them. `undefined` where no source
 * map tells the app's code from ours.
 */
export function readCallSite(mark: Error): string | undefined {
  const positions = positionsOf(mark);
  const ours = ownFolder();
  if (ours === "") return undefined;
  const others = positions.filter((position) => !position.startsWith(ours) && !NOT_THE_APPS.test(position));
  const position = others.find((other) => !other.includes("node_modules")) ?? others[0];
  return position?.replace(`${cwd()}/`, "");
}

/**
 * Whether it was the app's own code that started a timer or a listener, and not Node's or a package's for its
 * own work.
 */
export function isOfApp(mark: Error): boolean {
  const ours = ownFolder();
  const caller = positionsOf(mark).find(
    (position) => !STARTING.test(position) && (ours === "" || !position.startsWith(ours)),
  );
  return caller !== undefined && !caller.startsWith("node:") && !caller.includes("node_modules");
}

/**
 * Whose a timer is, by the position of the function that replaced `setTimeout`:
 *
 * - `handler`: the app's, set by a function that this library or socket.io has called;
 * - `app`: the app's, set by a function that the app has called. Also where no source map tells;
 * - `package`: set by a package that the app has called: a debounce;
 * - `other`: set by socket.io, this library or a package for its own work.
 */
export type TimerOrigin = "handler" | "app" | "package" | "other";

export function timerOrigin(mark: Error): TimerOrigin {
  const ours = ownFolder();
  if (ours === "") return "app";
  const isOurs = (position: string | undefined) => position?.startsWith(ours) ?? false;
  const frames = positionsOf(mark);
  const isApps = (position: string | undefined) =>
    position !== undefined && !position.startsWith("node:") && !isOfPackage(position) && !isOurs(position);
  const [caller = "", next] = frames.slice(OWN_FRAMES);
  if (isApps(caller)) return isApps(next) ? "app" : "handler";
  const isItsOwn = isOurs(caller) || caller.startsWith("node:") || NOT_THE_APPS.test(caller);
  return !isItsOwn && frames.some(isApps) ? "package" : "other";
}

/** `markCallSite` and the function that calls it. */
const OWN_FRAMES = 2;

function isOfPackage(position: string): boolean {
  return position.includes("node_modules");
}

/** Node's own frames below `setTimeout`, `setInterval` and `once`. */
const STARTING = /^node:(internal\/async_hooks|internal\/timers|timers|events):/;

/** ` at file:line:column`, or nothing. */
export function atCallSite(): string {
  const position = readCallSite(markCallSite());
  return position === undefined ? "" : ` at ${position}`;
}

/** Node's modules, and socket.io's own packages. */
const NOT_THE_APPS = /^node:|[\\/]node_modules[\\/](socket\.io|engine\.io|@socket\.io)/;

/** Of the frames, innermost first. */
function positionsOf(mark: Error): string[] {
  return (mark.stack ?? "").split("\n").flatMap((frame) => {
    const position = /(?:\(|at (?:async )?)((?:file:\/\/|node:|\/|[A-Za-z]:[\\/])[^()]*:\d+:\d+)\)?$/.exec(
      frame,
    )?.[1];
    return position === undefined ? [] : [position.replace(/^file:\/\//, "")];
  });
}

let folder: string | undefined;

/**
 * Of the runtime, as stacks name it: with source maps, where it was compiled from. Read late, for reading a
 * map takes time.
 */
function ownFolder(): string {
  const [own = ""] = positionsOf(markCallSite());
  folder ??= own.slice(0, Math.max(0, own.lastIndexOf("log/call-site.")));
  return folder;
}
