/**
 * The session that a middleware has put on a request again. What a listener changes of it lasts only where it
 * is saved; on a server it would stay in that socket's memory, so programs may forget it.
 */
import { warnOnce } from "../log/log.js";

interface Session {
  save(...args: unknown[]): unknown;
}

/** Returns what tells, once the event is over, of changes that were not saved. */
export function watchSession(request: { readonly session?: unknown }): () => void {
  const { session } = request;
  if (!isSession(session)) return () => {};
  const { save } = session;
  let before = textOf(session);
  const value = function (this: Session, ...args: unknown[]) {
    before = textOf(this);
    return save.apply(this, args);
  };
  Object.defineProperty(session, "save", { value, configurable: true, writable: true });
  return () => {
    if (request.session !== session || textOf(session) === before) return;
    warnOnce(
      "An event has changed socket.request.session and not saved it, so the next event does not see the change. Call session.save() behind it: see docs/sessions.md#a-session.",
    );
  };
}

function isSession(value: unknown): value is Session {
  return (
    typeof value === "object" && value !== null && typeof (value as Partial<Session>).save === "function"
  );
}

function textOf(session: Session): string | undefined {
  try {
    return JSON.stringify(session);
  } catch {
    return undefined; // its store says so
  }
}
