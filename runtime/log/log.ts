import { inspect } from "node:util";
import { markCallSite, readCallSite } from "./call-site.js";
import { printable, printableLines } from "./printable.js";

/**
 * Where in the work on an event something went wrong; the first word of its log line, and what an alarm
 * filters on.
 */
export type Stage =
  | "handshake"
  | "middleware"
  | "handler"
  | "store"
  | "delivery"
  | "deadline"
  | "event"
  | "task";

/**
 * Reports an error that nobody awaits. Every such error passes here, so nothing is swallowed.
 * Lambda adds the request id, and prints JSON where the function's log format asks for it.
 *
 * Text of a client in `about` or in the error cannot begin a line, and cannot control a terminal
 * (`printable.ts`).
 */
export function reportError(stage: Stage, error: unknown, about = ""): void {
  const line = `[${stage}]${about && ` ${printable(about)}:`}`;
  // `console` reads the first text as a format: a `%c` in an event's name would take the error away.
  console.error(line.replaceAll("%", "%%"), printableError(error));
}

/**
 * Tells a developer about something that works, but not as they may think. The same text is printed once, or
 * what has the same `key`: for texts with names that a client chooses.
 */
export function warnOnce(text: string, key = text): void {
  if (warned.has(key) || warned.size > MOST_WARNINGS) return;
  warned.add(key);
  const isLast = warned.size > MOST_WARNINGS;
  const shown = isLast ? `There were ${MOST_WARNINGS} different warnings; no more are printed.` : text;
  console.warn(`[socket.io-lambda] ${printable(shown, LONGEST_WARNING)}`);
}

/** The same, and says where in the app's code it is: by default, where this was called. */
export function warnOnceAt(text: string, site = markCallSite()): void {
  if (warned.has(text)) return; // reading the place takes time
  const position = readCallSite(site);
  warnOnce(position === undefined ? text : `${text} At ${position}.`, text);
}

/** Tells a developer a number that may matter to them. */
export function note(text: string): void {
  console.info(`[socket.io-lambda] ${printable(text, LONGEST_WARNING)}`);
}

const warned = new Set<string>();

/** A warning may name what a client chose, and an environment lives for hours. */
const MOST_WARNINGS = 500;
const LONGEST_WARNING = 2_000;

/**
 * The error itself where that prints well. One that does not stays an `Error` for Lambda's JSON format, but
 * prints well.
 */
function printableError(error: unknown): unknown {
  try {
    const text = typeof error === "string" ? error : inspect(error);
    const safe = printableLines(text);
    if (safe === text) return error;
    return error instanceof Error ? Object.create(error, { [inspect.custom]: { value: () => safe } }) : safe;
  } catch {
    return "an error that cannot be printed: a getter of its own throws";
  }
}
