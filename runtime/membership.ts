/**
 * Joins and leaves. Calls that follow each other with no broadcast between become one write to each table:
 * `socket.join(a); socket.join(b)` cost what `socket.join([a, b])` costs, and what the `connection` handler joins at once
 * is written together with the session, before the client hears that it is connected.
 */

import type { Namespace } from "socket.io";
import type { Backend } from "./backend.js";
import type { Outbox } from "./outbox.js";
import { enterRooms, joinRooms, leaveRooms } from "./room-changes.js";
import type { Session } from "./session.js";
import type { Member } from "./store/store.js";

export interface MembershipChange {
  readonly session: Session;
  readonly join?: ReadonlySet<string>;
  readonly leave?: ReadonlySet<string>;
}

/**
 * A session of this event. The rows that a recovery has written already are not written again.
 *
 * Cost: 1 write of the item, 1 of a row for each room.
 */
export async function saveMembership({
  session,
  join = NONE,
  leave = NONE,
}: MembershipChange): Promise<void> {
  const { connection, namespace, sid, member } = session;
  const { backend, runtime } = connection;
  const created = session.isStored ? undefined : session.takeNew();
  const recovered = created && connection.recovered.get(namespace);
  const io = runtime.io.of(namespace);
  const change = { join, leave, ...(created && { created }), ...session.takeValueChanges() };
  const isSaved = await inOrder({
    leave: () => leave.size > 0 && leaveRooms(backend, io, member, leave),
    save: () => backend.connections.save(connection.id, { namespace, sid, ...change }),
    join: () => {
      const rooms = recovered ? [...join].filter((room) => !recovered.session.rooms.includes(room)) : join;
      const isNew = created && !recovered;
      return Promise.all([
        isNew ? enterRooms(backend, io, member, rooms) : joinRooms(backend, io, member, rooms),
        created?.pid !== undefined && backend.recovery.open(namespace, created.pid, connection.id),
        created?.parent !== undefined && runtime.childNotes.note(created.parent, namespace),
      ]);
    },
  });
  if (!isSaved && created) connection.wasLost();
}

/** A socket of another connection. */
export async function changeMembership(
  backend: Backend,
  io: Namespace,
  member: Member,
  { join = NONE, leave = NONE }: Pick<MembershipChange, "join" | "leave">,
): Promise<void> {
  const { connectionId, sid } = member;
  await inOrder({
    leave: () => leave.size > 0 && leaveRooms(backend, io, member, leave),
    save: () => backend.connections.save(connectionId, { namespace: io.name, sid, join, leave }),
    join: () => joinRooms(backend, io, member, join),
  });
}

/**
 * A row goes before its room leaves the connection's item, and comes after its room has entered it. So whoever ends the
 * connection knows of every row that may stand, whenever one of us dies in between. And where the connection has
 * ended, nothing is written. Resolves with whether it has not.
 */
async function inOrder(steps: {
  readonly leave: () => unknown;
  readonly save: () => Promise<boolean>;
  readonly join: () => unknown;
}): Promise<boolean> {
  await steps.leave();
  const isSaved = await steps.save();
  if (isSaved) await steps.join();
  return isSaved;
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
