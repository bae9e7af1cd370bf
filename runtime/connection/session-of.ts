/**
 * Which session a socket belongs to, and which connection an engine's: known from the moment they are made.
 */
import type { Socket } from "socket.io";
import type { Connection } from "./connection.js";
import type { Session } from "./session.js";

const sessions = new WeakMap<object, Session>();
const connections = new WeakMap<object, Connection>();

export function sessionOf(socket: object): Session | undefined {
  return sessions.get(socket);
}

export function ownSession(socket: Socket, session: Session): void {
  sessions.set(socket, session);
}

/** @param engineConnection what socket.io knows as `socket.conn`. */
export function connectionOf(engineConnection: object): Connection | undefined {
  return connections.get(engineConnection);
}

export function ownConnection(engineConnection: object, connection: Connection): void {
  connections.set(engineConnection, connection);
}
