import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";

/** A listener that is registered by another event: the next event does not have it. */
export function lateListener({ callbacks, eventTime }: Analysis): RawFinding[] {
  const listeners = callbacks.all.filter(({ kind, at }) => kind === "listener" && at.isCallExpression());
  const late = listeners.filter(({ at, path }) =>
    listeners.some((other) => other.path !== path && other.path.isAncestor(at)),
  );
  const handlers = callbacks.all.filter(
    ({ kind, at }) => kind === "connection" && at.isCallExpression() && eventTime.has(at),
  );
  return [
    ...late.map(({ at, event }) => ({
      rule: "late-listener" as const,
      at,
      what: `a listener${event ? ` for ${JSON.stringify(event)}` : ""} that another event registers is gone when that event has ended`,
      instead: "register it in the connection handler, and let it look into socket.data",
    })),
    ...handlers.map(({ at }) => ({
      rule: "late-listener" as const,
      at,
      what: "a connection handler that an event or a request registers is not there in other environments",
      instead: "register it where the program loads",
    })),
  ];
}
