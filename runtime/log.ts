/** Where in the work on an event something went wrong; the first word of its log line, and what an alarm filters on. */
export type Stage = "handshake" | "middleware" | "handler" | "store" | "delivery" | "deadline" | "event";

/**
 * Reports an error that nobody awaits. Every such error passes here, so nothing is swallowed.
 * Lambda adds the request id, and prints JSON where the function's log format asks for it.
 */
export function reportError(stage: Stage, error: unknown, about = ""): void {
  console.error(`[${stage}]${about && ` ${about}:`}`, error);
}

/** Tells a developer about something that works, but not as they may think. The same text is printed once. */
export function warnOnce(text: string): void {
  if (warned.has(text)) return;
  warned.add(text);
  console.warn(`[socket.io-lambda] ${text}`);
}

const warned = new Set<string>();
