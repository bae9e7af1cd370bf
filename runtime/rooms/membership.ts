/**
 * How a join or a leave is stored: the room in the connection's item, and a row for the socket in the room.
 */

import type { Namespace } from "socket.io";
import type { Backend } from "../backend.js";
import type { Limits } from "../client-limits.js";
import { leftWhileLetIn } from "../connection/ending.js";
import { longLeft } from "../connection/left-namespaces.js";
import type { Session } from "../connection/session.js";
import type { Member, Saved } from "../store/store.js";
import { enterRooms, joinRooms, leaveRooms } from "./room-changes.js";

export interface MembershipChange {
  readonly session: Session;
  readonly join?: ReadonlySet<string>;
  readonly leave?: ReadonlySet<string>;
  /** Also the room of the whole namespace: comes back to it, or leaves it. */
  readonly entersAll?: boolean;
  readonly leavesAll?: boolean;
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
  entersAll = false,
  leavesAll = false,
}: MembershipChange): Promise<void> {
  const { connection, namespace, sid, member } = session;
  const { backend, runtime } = connection;
  const created = session.isStored ? undefined : session.takeNew();
  const recovered = created && connection.recovered.get(namespace);
  const io = runtime.io.of(namespace);
  const values = session.takeValueChanges();
  const limits = { maxRooms: runtime.limits.rooms + 1, forget: created ? longLeft(connection.stored) : [] };
  const change = { join, leave, ...limits, ...(created && { created }), ...values };
  const isSaved = await inOrder({
    leave: () =>
      (leave.size > 0 || leavesAll) && leaveRooms(backend, io, member, leave, { everyone: leavesAll }),
    save: () =>
      backend.connections.save(connection.id, { namespace, sid, ...change }).catch((error: unknown) => {
        if (values) session.notSaved(values);
        throw error;
      }),
    join: (saved) => {
      const entering = leasedAs(member, saved);
      const rooms = recovered ? [...join].filter((room) => !recovered.session.rooms.includes(room)) : join;
      const isNew = (created && !recovered) || entersAll;
      return Promise.all([
        isNew ? enterRooms(backend, io, entering, rooms) : joinRooms(backend, io, entering, rooms),
        created?.pid !== undefined && backend.recovery.open(namespace, created.pid, connection.id),
        created?.parent !== undefined && runtime.childNotes.note(created.parent, namespace),
      ]);
    },
  });
  if (isSaved || !created) return;
  session.notTaken();
  leftWhileLetIn(connection);
}

/** A socket of another connection. */
export async function changeMembership(
  backend: Backend,
  io: Namespace,
  member: Member,
  { join = NONE, leave = NONE }: Pick<MembershipChange, "join" | "leave">,
  limits?: Limits,
): Promise<void> {
  const { connectionId, sid } = member;
  const maxRooms = limits && limits.rooms + 1;
  await inOrder({
    leave: () => leave.size > 0 && leaveRooms(backend, io, member, leave),
    save: () => backend.connections.save(connectionId, { namespace: io.name, sid, join, leave, maxRooms }),
    join: (saved) => joinRooms(backend, io, leasedAs(member, saved), join),
  });
}

/**
 * A row goes before its room leaves the connection's item, and comes after its room has entered it. So the
 * event that ends the connection knows of every row that may stand, whenever one of us dies in between. Where
 * the connection has ended, nothing is written. Resolves with whether it has not.
 */
async function inOrder(steps: {
  readonly leave: () => unknown;
  readonly save: () => Promise<Saved>;
  readonly join: (saved: Saved) => unknown;
}): Promise<Saved> {
  await steps.leave();
  const saved = await steps.save();
  if (saved) await steps.join(saved);
  return saved;
}

/** A row bears the mark that its connection's item had when the room entered it. */
export function leasedAs(member: Member, saved: Saved): Member {
  return saved === "leased" ? { ...member, leased: true } : member;
}

const NONE: ReadonlySet<string> = new Set();
