/** One event of a connection, from its packet to the last frame posted. */
import { setTimeout as delay } from "node:timers/promises";
import type { Connection } from "./connection.js";
import { DeadlineError } from "./errors.js";
import { reportError } from "./log.js";
import { PendingWork } from "./pending-work.js";
import { runInScope } from "./scope.js";

/**
 * Runs `task` in the connection's name, then waits for all that it started and sent: until the deadline, and not longer.
 * Rejects when the task does; what handlers throw is reported and harms nothing else.
 */
export async function runEvent(
  connection: Connection,
  deadlineMs: number,
  task: () => Promise<void>,
): Promise<void> {
  const work = new PendingWork();
  const done = runInScope({ connection, phase: "event", work }, async () => {
    const packet = task();
    work.track("the packet", packet);
    await settle(connection, work);
    connection.saveValues();
    await settle(connection, work);
    await packet;
  });
  try {
    await beforeDeadline(done, deadlineMs, async () => {
      reportError("deadline", new DeadlineError(work.running));
      connection.saveValues();
      await connection.outbox.drain();
    });
  } finally {
    connection.eventEnded();
  }
}

/** What the last saves may take; the caller has left some time for it. */
const LAST_SAVES_MS = 500;

async function beforeDeadline(
  done: Promise<void>,
  deadlineMs: number,
  onDeadline: () => Promise<void>,
): Promise<void> {
  const late = new AbortController();
  const deadline = delay(deadlineMs, "late" as const, { signal: late.signal }).catch(() => undefined);
  try {
    if ((await Promise.race([done, deadline])) !== "late") return;
    done.catch((error: unknown) => reportError("event", error, "after its deadline"));
    await Promise.race([onDeadline(), delay(LAST_SAVES_MS)]);
  } finally {
    late.abort();
  }
}

async function settle(connection: Connection, work: PendingWork): Promise<void> {
  do {
    await work.settled();
    await connection.outbox.drain();
  } while (!work.isIdle);
}
