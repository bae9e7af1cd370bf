/**
 * Sockets of other connections, as `fetchSockets()` shows them: snapshots, no longer true when they are
 * changed.
 */
import type { Backend } from "../backend.js";
import { requestFields } from "../connection/socket-request.js";
import type { Member, StoredConnection, StoredSession } from "../store/store.js";
import { putShared } from "../values/connection-values.js";
import { dataOf, withChanges } from "../values/session-values.js";

/** What socket.io wraps in a `RemoteSocket` (socket.io 4.8, `broadcast-operator.ts`). */
export interface RemoteSocketDetails {
  readonly id: string;
  readonly handshake: object;
  readonly rooms: readonly string[];
  readonly data: unknown;
}

/** A member whose item is gone meanwhile is left out. */
export async function fetchRemoteSockets(
  { connections }: Backend,
  namespace: string,
  members: readonly Member[],
): Promise<RemoteSocketDetails[]> {
  const loaded = await connections.loadAll(members.map(({ connectionId }) => connectionId));
  const byId = new Map(loaded.map((connection) => [connection.connectionId, connection]));
  return members.flatMap(({ connectionId }) => {
    const connection = byId.get(connectionId);
    const session = connection?.sessions.get(namespace);
    return connection && session ? [detailsOf(connection, session)] : [];
  });
}

function detailsOf(connection: StoredConnection, session: StoredSession): RemoteSocketDetails {
  const request = requestFields(connection.connectionId, connection.handshake);
  putShared(request, connection.shared);
  return {
    id: session.sid,
    rooms: [...session.rooms],
    data: dataOf(session),
    handshake: withChanges(session, {
      headers: request.headers,
      time: String(new Date(session.issued)),
      address: request.connection.remoteAddress,
      xdomain: request.headers.origin !== undefined,
      secure: request.connection.encrypted,
      issued: session.issued,
      url: request.url,
      query: request._query,
      auth: session.auth,
    }),
  };
}
