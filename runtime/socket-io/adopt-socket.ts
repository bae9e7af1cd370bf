/**
 * A socket was made, and no code of the app has seen it: it learns whose it is.
 *
 * From then on all that is done through the socket is done for its own session and connection, whatever the
 * async context says: the context of a callback may be that of another client.
 */
import type { Socket } from "socket.io";
import type { Adapter } from "socket.io-adapter";
import type { Connection } from "../connection/connection.js";
import { HeldSession } from "../connection/held-session.js";
import type { Session } from "../connection/session.js";
import { ownSession } from "../connection/session-of.js";
import { ConnectionValues } from "../values/connection-values.js";
import { meetHandshake } from "../values/session-values.js";
import { internalsOf } from "./internals.js";
import { toLambdaSocket } from "./lambda-socket.js";

export function adoptSocket(connection: Connection, socket: Socket): void {
  const { name } = socket.nsp;
  const replayed = connection.sessions.get(name);
  const isReplayed = replayed?.isReplaying && replayed.sid === socket.id;
  const session = isReplayed ? replayed : new HeldSession(connection, name, socket.id);
  if (!isReplayed) {
    connection.sessions.set(name, session);
    connection.ended.delete(socket.id); // a client of Socket.IO 2 has the same id when it comes back
    for (const room of connection.recovered.get(name)?.session.rooms ?? []) session.rooms.add(room);
  }
  ownSession(socket, session);
  internalsOf(socket).adapter = inNameOf(session, socket.nsp.adapter);
  // What the library made of them, so that what the app adds can be told from it.
  ConnectionValues.of(socket.conn)?.meet(socket.client);
  if (!isReplayed) meetHandshake(socket); // a replayed one gets that of its real CONNECT
  toLambdaSocket(socket);
}

/** A view of our adapter (`DynamoAdapter.for`), which acts in the name of one socket. */
function inNameOf(session: Session, adapter: Adapter & { for?(session: Session): Adapter }): Adapter {
  return adapter.for?.(session) ?? adapter;
}
