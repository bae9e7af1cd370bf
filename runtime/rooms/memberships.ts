/**
 * The joins and leaves of an event. Calls that follow each other with no broadcast between them become one
 * write to each table: `socket.join(a); socket.join(b)` cost what `socket.join([a, b])` costs, and what the
 * `connection` handler joins at once is written together with the session, before the client hears that it is
 * connected.
 */
import type { Outbox } from "../connection/outbox.js";
import type { Session } from "../connection/session.js";
import { saveMembership } from "./membership.js";

interface MembershipStep {
  readonly session: Session;
  readonly join: Set<string>;
  readonly leave: Set<string>;
  entersAll: boolean;
  leavesAll: boolean;
  /** The outbox's count when it was placed: a higher one now means that a broadcast stands behind it. */
  readonly number: number;
  hasStarted: boolean;
}

export class Memberships {
  #last: { readonly step: MembershipStep; readonly written: Promise<void> } | undefined;

  constructor(private readonly outbox: Outbox) {}

  join(session: Session, rooms: Iterable<string>, entersAll: boolean): Promise<void> {
    const { step, written } = this.#open(session);
    for (const room of rooms) {
      step.leave.delete(room);
      step.join.add(room);
    }
    if (entersAll) Object.assign(step, { entersAll, leavesAll: false });
    return written;
  }

  leave(session: Session, rooms: Iterable<string>, leavesAll = false): Promise<void> {
    const { step, written } = this.#open(session);
    for (const room of rooms) {
      step.join.delete(room);
      step.leave.add(room);
    }
    if (leavesAll) Object.assign(step, { leavesAll, entersAll: false });
    return written;
  }

  #open(session: Session) {
    const last = this.#last;
    const isOpen = last && !last.step.hasStarted && last.step.number === this.outbox.barriers;
    if (isOpen && last.step.session === session) return last;
    const number = this.outbox.barriers + 1;
    const step: MembershipStep = {
      session,
      join: new Set(),
      leave: new Set(),
      entersAll: false,
      leavesAll: false,
      number,
      hasStarted: false,
    };
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
