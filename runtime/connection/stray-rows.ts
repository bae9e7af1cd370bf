/**
 * Rows of rooms that no session of a connection speaks of (`store.ts`, `Stray`), and rows that come when
 * their connection has ended already: a join that was slow, or an environment that died in a recovery.
 *
 * The end of a connection removes the rows of its sessions and strays. If one of them is not there, the event
 * that is to write it may still do so: no event lives longer than 29 s (`aws-facts.md` §1.6). So the item
 * stays, the heartbeat returns a minute later or more, and removes what stands by then. That is rare, and
 * costs nothing otherwise.
 */

import { leaveRooms } from "../rooms/room-changes.js";
import type { Runtime } from "../runtime.js";
import { restoreNamespace } from "../socket-io/dynamic-namespaces.js";
import { internalsOf } from "../socket-io/internals.js";
import type { StoredConnection, Stray } from "../store/store.js";

/** Resolves with false where a row was not there. */
export async function leaveStrays(
  { io, backend }: Runtime,
  { connectionId, endpoint, protocol }: StoredConnection,
  strays: readonly Stray[],
): Promise<boolean> {
  const everyone = { everyone: true };
  const left = await Promise.all(
    strays.map(({ namespace, sid, rooms }) => {
      const member = { connectionId, endpoint, protocol, sid };
      // `io.of` would make a namespace that this environment does not know, or that the app no longer has.
      const known = internalsOf(io)._nsps.get(namespace);
      if (known) return leaveRooms(backend, known, member, rooms, everyone);
      return backend.rooms.leave(namespace, member, rooms, everyone);
    }),
  );
  return left.every((wereThere) => wereThere);
}

/** The last look at a connection whose `disconnect` handlers have run. */
export async function leaveLateRows(runtime: Runtime, connection: StoredConnection): Promise<void> {
  for (const [namespace, { parent }] of connection.sessions) restoreNamespace(runtime.io, namespace, parent);
  const sessions = [...connection.sessions].map(([namespace, session]) => ({ namespace, ...session }));
  await leaveStrays(runtime, connection, [...connection.strays, ...sessions]);
  await runtime.forget(connection.connectionId);
}
