import type { LocalEvent } from "../local-event.js";
import type { FirstScreen } from "./first-screen.js";

/** The first object of `--json`, when clients may come. */
export interface ReadyEvent extends Omit<FirstScreen, "host" | "keys" | "colors"> {
  readonly type: "ready";
  /** With which a script's `new Emitter()` reaches the app. */
  readonly emitterEnvironment: Readonly<Record<string, string>>;
}

/** The last object of `--json`, where the command ends with exit code 1. */
export interface FailedEvent {
  readonly type: "failed";
  readonly error: unknown;
}

/**
 * One object a line: `time` (ISO 8601), `type`, and the event's own fields. An error is
 * `{ name, message, stack }`. Control characters are escaped, as JSON has it, so that nothing a client sends
 * makes a line. docs/local-stack.md lists the types.
 */
export function jsonLine(event: LocalEvent | ReadyEvent | FailedEvent, now = new Date()): string {
  const { type, ...fields } = event;
  return `${JSON.stringify({ time: now.toISOString(), type, ...fields }, plainErrors)}\n`;
}

function plainErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { name, message, stack } = value;
  return { name, message, stack };
}
