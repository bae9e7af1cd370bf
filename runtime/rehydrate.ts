/**
 * Brings a socket back in a process that has never seen it, by Socket.IO's own door: connection state recovery.
 *
 * A CONNECT packet with a `pid` makes the namespace ask the adapter for the session (`Namespace._createSocket`, socket.io
 * 4.8). Ours answers with what was stored, the library builds the socket with its id and rooms, no middleware runs, and
 * the app's `connection` handler registers its listeners. All that is sent or joined meanwhile is muted.
 */

import type { Connection } from "./connection.js";
import { restoreNamespace } from "./dynamic-namespaces.js";
import { PendingWork } from "./pending-work.js";
import { PacketType } from "./protocol/packet-type.js";
import { runInScope } from "./scope.js";
import { Session } from "./session.js";
import type { StoredSession } from "./store/store.js";

/** `undefined` when this version of the app has no such namespace any more. */
export async function rehydrate(
  connection: Connection,
  namespace: string,
  stored: StoredSession,
): Promise<Session | undefined> {
  restoreNamespace(connection.runtime.io, namespace, stored.parent);
  const session = new Session(connection, namespace, stored.sid, stored);
  connection.sessions.set(namespace, session);
  const work = new PendingWork();
  return runInScope({ connection, phase: "replaying", work }, async () => {
    // The values do not matter, only that they are strings: `restoreSession` answers for this scope.
    const data = { pid: "rehydrate", offset: "rehydrate" };
    const packet = connection.runtime.codec.encode({ type: PacketType.CONNECT, nsp: namespace, data });
    const outcome = await connection.connect(namespace, packet);
    if (outcome === "refused") {
      connection.sessions.delete(namespace);
      return undefined;
    }
    if (!work.isIdle) await work.settled();
    session.replayed();
    return session;
  });
}
