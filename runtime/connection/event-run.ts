/** One event of a connection, from its packet to the last frame posted. */
import { DeadlineError } from "../errors.js";
import { reportError } from "../log/log.js";
import { timersEnd } from "../user-code/event-timers.js";
import { leaveWaits } from "../user-code/event-waits.js";
import type { PendingWork } from "../user-code/pending-work.js";
import type { Connection } from "./connection.js";
import { beforeDeadline } from "./deadline.js";
import { currentScope, runInScope, Scope } from "./scope.js";

/** A timer that would fire later than so long before the deadline is not waited for. */
const ANSWER_MS = 200;

/**
 * Runs `task` in the connection's name, then waits for all that it started and sent: until the deadline, and
 * not longer. Rejects when the task does; what handlers throw is reported and harms nothing else. `name` is
 * asked for where it is to be reported that the time was up.
 */
export async function runEvent(
  connection: Connection,
  withinMs: number,
  task: () => Promise<void>,
  name: () => string = () => "an event",
): Promise<void> {
  const scope = new Scope(connection, currentScope());
  const answerMs = performance.now() + withinMs - ANSWER_MS;
  const { work } = scope;
  const { events } = connection.runtime;
  events.add(scope);
  connection.eventBegins(scope);
  const done = runInScope(scope, async () => {
    const packet = task();
    work.track("the packet", packet);
    await settle(connection, work);
    const save = () => {
      connection.handlersEnded();
      connection.saveValues();
      return settle(connection, work);
    };
    await save();
    await timersEnd(scope, answerMs, async () => {
      await settle(connection, work);
      await save();
    });
    await packet;
  });
  try {
    await beforeDeadline(done, withinMs, async () => {
      const event = `${name()} on the connection ${connection.id}`;
      reportError("deadline", new DeadlineError(work.running, event));
      connection.handlersEnded();
      connection.saveValues();
      await connection.outbox.drain();
    });
  } finally {
    scope.end();
    events.delete(scope);
    await leaveWaits(work);
    connection.eventEnded();
  }
}

async function settle(connection: Connection, work: PendingWork): Promise<void> {
  do {
    await work.settled();
    await connection.outbox.drain();
  } while (!work.isIdle);
}
