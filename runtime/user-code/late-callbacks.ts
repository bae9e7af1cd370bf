/**
 * Callbacks that run in somebody else's name, or when their event is over: of a queue, of a database's
 * connection, of a timer. What they send goes out all the same. But some of it may be the replay of a
 * greeting, which nothing tells from what a listener sends; and what comes after the event may stay in a
 * frozen environment. So the developer is told.
 */

import type { Connection } from "../connection/connection.js";
import { originalScope } from "../connection/scope.js";
import type { Session } from "../connection/session.js";
import { atCallSite } from "../log/call-site.js";
import { warnOnce, warnOnceAt } from "../log/log.js";
import { isInLoadTimer } from "./load-timers.js";

/**
 * The replay of a `connection` handler has left this running, and its event is over: what the handler does
 * there, the real one has done. Tells the developer. Asked wherever a socket does something that others see.
 */
export function isLeftOver(connection: Connection): boolean {
  const scope = originalScope();
  if (!connection.isReleased || !scope?.isReplay || scope.connection !== connection) return false;
  warnAtEach(
    'A timer or a callback that the "connection" handler has started used its socket after the event had ended. The handler runs again before each event, so this was left out. Use a schedule, or do it in a listener.',
  );
  return true;
}

/**
 * False for what the replay of a `connection` handler has left running on this very connection: the real one
 * has sent it.
 */
export function maySendLate(connection: Connection): boolean {
  if (isLeftOver(connection)) return false;
  warnAtEach(`A callback used its socket when its event was over${WHEN}`);
  return true;
}

const WHEN =
  ": on Lambda when the next one comes to this environment, or never. Return a promise from the listener, or answer by its ack when all is done.";

/** Once for each call site: such callbacks are rare, so looking for it costs nothing that counts. */
function warnAtEach(text: string): void {
  const where = atCallSite();
  warnOnce(where === "" ? text : `${text} It was called${where}.`, text + where);
}

/**
 * A packet is sent whose async context is not that of its connection's event, and which may be a greeting:
 * while its client connects, or in the context of a replay that has ended. Acks are always a listener's.
 */
export function tellOfGreeting(
  nameOf: () => unknown,
  connection: Connection,
  session: Session | undefined,
): void {
  const scope = originalScope();
  if (isInLoadTimer()) return;
  if (scope && !scope.isOver && scope.connection === connection) return;
  const isOfReplay = scope?.isReplay && scope.connection === connection;
  if (!(isOfReplay || session?.phase === "connecting") || told.size >= MOST_TOLD) return;
  const event = nameOf();
  if (told.has(event)) return;
  told.add(event);
  warnOnceAt(
    `A callback of the "connection" handler sends ${JSON.stringify(String(event))} in the name of another event. The handler runs again before each event, and its client gets this again each time. Send it from a listener, or use the driver's promise.`,
  );
}

const told = new Set<unknown>();
const MOST_TOLD = 50;

/** For code that no event is under way for. */
export function tellOfNoEvent(): void {
  if (isInLoadTimer()) return;
  warnOnceAt(`Something was sent outside of any event${WHEN}`);
}
