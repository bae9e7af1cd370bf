/**
 * Rows of rooms that no session of a connection speaks of (`store.ts`, `Stray`), and rows that come when their connection
 * has ended already: a join that was slow, or an environment that died in a recovery.
 *
 * The end of a connection removes the rows of its sessions and strays. Was one of them not there, then whoever is to write it may
 * still do so: no event lives longer than 29 s (`aws-facts.md` §1.6). So the item stays, the heartbeat comes by a minute later or
 * more, and what stands by then is removed. That is rare, and costs nothing otherwise.
 */
import { restoreNamespace } from "./dynamic-namespaces.js";
import { leaveRooms } from "./room-changes.js";
import type { Runtime } from "./runtime.js";
import { internalsOf } from "./socket-io-internals.js";
import type { StoredConnection, Stray } from "./store/store.js";

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
      // `io.of` would make the namespace, where this environment does not know it or the app has it no more.
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
