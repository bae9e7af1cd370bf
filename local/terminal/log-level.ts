import type { LocalEvent } from "../local-event.js";

/** From the quietest to the loudest; each shows what those before it show. */
export const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Whether an event is shown at this level. */
export function isShown(event: LocalEvent, level: LogLevel): boolean {
  return LOG_LEVELS.indexOf(levelOf(event)) <= LOG_LEVELS.indexOf(level);
}

function levelOf(event: LocalEvent): LogLevel {
  switch (event.type) {
    case "error":
    case "async-error":
    case "dead-letter":
    case "reload-failed":
      return "error";
    case "output":
      // Where the runtime and `console.error` report what went wrong.
      return event.stream === "stderr" ? "error" : "info";
    case "warning":
    case "check":
    case "compare":
    case "batch-failed":
    case "refused":
    case "throttled":
      return "warn";
    case "fault":
      // A delay strikes each event, and nobody could see anything of it.
      return event.kind === "delayMs" ? "debug" : "warn";
    case "http":
      return event.status >= 500 ? "error" : "debug";
    case "connect":
    case "polling":
    case "upgrade":
    case "polling-end":
    case "message":
    case "disconnect":
    case "reloaded":
      return "info";
    default:
      // Single calls of @connections: each broadcast would bury the rest.
      return "debug";
  }
}
