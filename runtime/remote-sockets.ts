/** Sockets of other connections, as `fetchSockets()` shows them: snapshots, no longer true when they are changed. */
import type { Backend } from "./backend.js";
import { toRequest } from "./handshake-request.js";
import type { Member, StoredConnection, StoredSession } from "./store/store.js";
import { decodeValue } from "./store/value.js";

/** What socket.io wraps in a `RemoteSocket` (socket.io 4.8, `broadcast-operator.ts`). */
export interface RemoteSocketDetails {
  readonly id: string;
  readonly handshake: object;
  readonly rooms: readonly string[];
  readonly data: Record<string, unknown>;
}

/** A member whose item is gone meanwhile is left out. */
export async function fetchRemoteSockets(
  { connections }: Backend,
  namespace: string,
  members: readonly Member[],
): Promise<RemoteSocketDetails[]> {
  const loaded = await Promise.all(members.map(({ connectionId }) => connections.load(connectionId)));
  return loaded.flatMap((connection) => {
    const session = connection?.sessions.get(namespace);
    return connection && session ? [detailsOf(connection, session)] : [];
  });
}

function detailsOf(connection: StoredConnection, session: StoredSession): RemoteSocketDetails {
  const request = toRequest(connection.connectionId, connection.handshake);
  return {
    id: session.sid,
    rooms: [...session.rooms],
    data: Object.fromEntries([...session.data].map(([key, value]) => [key, decodeValue(value)])),
    handshake: {
      headers: request.headers,
      time: String(new Date(session.issued)),
      address: request.connection.remoteAddress,
      xdomain: request.headers.origin !== undefined,
      secure: request.connection.encrypted,
      issued: session.issued,
      url: request.url,
      query: request._query,
      auth: session.auth,
    },
  };
}
