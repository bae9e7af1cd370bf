/**
 * Joins and leaves. Calls that follow each other with no broadcast between become one write to each table:
 * `socket.join(a); socket.join(b)` cost what `socket.join([a, b])` costs, and what the `connection` handler joins at once
 * is written together with the session, before the client hears that it is connected.
 */

import type { Outbox } from "./outbox.js";
import { changeRooms, takeBackRooms } from "./room-changes.js";
import type { Session } from "./session.js";

export interface MembershipChange {
  readonly session: Session;
  readonly join?: ReadonlySet<string>;
  readonly leave?: ReadonlySet<string>;
}

/**
 * Writes to both tables at once. If the connection proves to be gone, takes back the rows that nobody else would.
 *
 * Cost: 1 write of the item, 1 of a row for each room.
 */
export async function saveMembership({
  session,
  join = NONE,
  leave = NONE,
}: MembershipChange): Promise<void> {
  const { connection, namespace, sid } = session;
  const { connections, recovery } = connection.backend;
  const created = session.isStored ? undefined : session.takeNew();
  const values = session.takeValueChanges();
  // A recovery has written the rows of its rooms already.
  const entered = created && connection.recovered.get(namespace)?.session.rooms;
  const entering = entered ? [...join].filter((room) => !entered.includes(room)) : join;
  const [isSaved] = await Promise.all([
    connections.save(connection.id, { namespace, sid, join, leave, ...(created && { created }), ...values }),
    changeRooms(session, { join: entering, leave, ...(created && !entered && { everyone: "enter" }) }),
    created?.pid !== undefined && recovery.open(namespace, created.pid, connection.id),
    created?.parent !== undefined && connection.runtime.childNotes.note(created.parent, namespace),
  ]);
  if (isSaved) return;
  if (created) connection.wasLost();
  await takeBackRooms(session, join);
}

const NONE: ReadonlySet<string> = new Set();

interface MembershipStep {
  readonly session: Session;
  readonly join: Set<string>;
  readonly leave: Set<string>;
  /** The outbox's count when it was placed: a higher one now means that a broadcast stands behind it. */
  readonly number: number;
  hasStarted: boolean;
}

export class Memberships {
  #last: { readonly step: MembershipStep; readonly written: Promise<void> } | undefined;

  constructor(private readonly outbox: Outbox) {}

  join(session: Session, rooms: Iterable<string>): Promise<void> {
    const { step, written } = this.#open(session);
    for (const room of rooms) {
      step.leave.delete(room);
      step.join.add(room);
    }
    return written;
  }

  leave(session: Session, room: string): Promise<void> {
    const { step, written } = this.#open(session);
    step.join.delete(room);
    step.leave.add(room);
    return written;
  }

  #open(session: Session) {
    const last = this.#last;
    const isOpen = last && !last.step.hasStarted && last.step.number === this.outbox.barriers;
    if (isOpen && last.step.session === session) return last;
    const number = this.outbox.barriers + 1;
    const step: MembershipStep = { session, join: new Set(), leave: new Set(), number, hasStarted: false };
    const written = this.outbox.place("store", async () => {
      await undefined; // the calls that follow in the same turn come along
      step.hasStarted = true;
      await saveMembership(step);
    });
    written.catch(() => {}); // the outbox reports it; `await socket.join()` rejects all the same
    this.#last = { step, written };
    return this.#last;
  }
}
