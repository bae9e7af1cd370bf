/**
 * Into how many rooms a socket may come, and how long their names may be: `limits.rooms` and
 * `limits.roomNameBytes`.
 */
import type { Namespace } from "socket.io";
import type { Backend } from "../backend.js";
import type { Limits } from "../client-limits.js";
import type { Session } from "../connection/session.js";
import { LimitError } from "../errors.js";
import { reportError } from "../log/log.js";
import type { Member } from "../store/store.js";
import { grow, roomLeft } from "../values/item-room.js";
import { changeMembership } from "./membership.js";

/** The session has the rooms from now on, or else it has none of them, and the reason is returned. */
export function admit(session: Session, rooms: Iterable<string>): LimitError | undefined {
  const { connection, namespace, sid } = session;
  const { limits } = connection.runtime;
  // The room that has the socket's own id counts neither as a room nor by its length.
  const joined = [...rooms].filter((room) => !session.rooms.has(room) && room !== sid);
  const bytes = joined.reduce((sum, room) => sum + Buffer.byteLength(room), 0);
  const count = session.rooms.size - (session.rooms.has(sid) ? 1 : 0);
  if (joined.some((room) => isTooLong(room, limits))) return nameTooLong(sid, limits);
  if (joined.length > 0 && count + joined.length > limits.rooms) {
    return new LimitError(
      "rooms",
      `The socket ${sid} of ${JSON.stringify(namespace)} would be in more than ${limits.rooms} rooms`,
    );
  }
  if (bytes > roomLeft(connection.stored)) {
    return new LimitError("rooms", `The socket ${sid} has no space left for the names of more rooms`);
  }
  grow(connection.stored, bytes);
  for (const room of rooms) session.rooms.add(room);
  return undefined;
}

/** `await socket.join(room)` rejects. Where nobody awaits it, the log tells. */
export function refuseJoin(refusal: LimitError): Promise<void> {
  reportError("store", refusal);
  const refused = Promise.reject(refusal);
  refused.catch(() => {});
  return refused;
}

/**
 * A socket of another connection joins. Where it may not, it is told in the log, and others join all the
 * same.
 */
export async function joinRemote(
  { backend, limits }: { readonly backend: Backend; readonly limits: Limits },
  namespace: Namespace,
  member: Member,
  join: ReadonlySet<string>,
): Promise<void> {
  if ([...join].some((room) => isTooLong(room, limits)))
    return reportError("store", nameTooLong(member.sid, limits));
  try {
    await changeMembership(backend, namespace, member, { join }, limits);
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    reportError("store", error);
  }
}

function isTooLong(room: string, { roomNameBytes }: Limits): boolean {
  return Buffer.byteLength(room) > roomNameBytes;
}

function nameTooLong(sid: string, { roomNameBytes }: Limits): LimitError {
  return new LimitError(
    "roomNameBytes",
    `The socket ${sid} was to join a room whose name has more than ${roomNameBytes} bytes`,
  );
}
