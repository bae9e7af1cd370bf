/**
 * The ends of a connection. However many notice that it is over, one of them claims its item, and runs the
 * `disconnect` handlers of all its sockets, once (docs/decisions/disconnect-once.md).
 */
import { reportError } from "../log/log.js";
import type { Runtime } from "../runtime.js";
import type { Claim } from "../store/store.js";
import type { Connection } from "./connection.js";
import { runEvent } from "./event-run.js";
import { rehydrate } from "./rehydrate.js";
import { leaveLateRows, leaveStrays } from "./stray-rows.js";

export interface End {
  /** What `disconnect` handlers are told. */
  readonly reason: string;
  readonly description?: unknown;
  /** Also tells the gateway, which may not know. Default: false. */
  readonly close?: boolean;
}

/**
 * The connection is over, for an event that does not hold it. Says whose the handlers are, and runs them if
 * they are ours.
 */
export async function endConnection(
  runtime: Runtime,
  connectionId: string,
  withinMs: number,
  { reason, description, close = false }: End,
): Promise<Claim["kind"]> {
  const claim = await runtime.backend.connections.claim(connectionId);
  if (claim.kind === "leftover") await leaveLateRows(runtime, claim.stored);
  if (claim.kind !== "ours") return claim.kind;
  const { upgrades } = claim.stored;
  if (upgrades !== undefined) await runtime.backend.polling?.unprobe(upgrades, connectionId);
  const connection = runtime.hold(claim.stored);
  connection.removed();
  const tell = () => {
    if (close) connection.outbox.posts.close(claim.stored);
    return disconnected(connection, reason, description);
  };
  await runEvent(connection, withinMs, tell, () => `the disconnect (${reason})`);
  return "ours";
}

/** The server closes the connection that this event holds. */
export function closeByServer(connection: Connection, reason: string): void {
  if (!connection.beginsClosing()) return;
  const { backend, id } = connection;
  const closed = connection
    .place("store", async () => {
      // In this order: the close causes a `$disconnect`, which would take the item, and the reason, for its
      // own.
      const claim = await backend.connections.claim(id);
      if (claim.kind === "ours") connection.removed(claim.stored);
      connection.outbox.posts.close(connection.stored);
    })
    .then(async () => {
      if (connection.isRemoved) await disconnected(connection, reason).catch(report(`closing ${id}`));
    });
  connection.track("closing the connection", closed);
}

/**
 * `socket.disconnect(true)`: every socket of the connection is disconnected, then the connection is closed.
 */
export function disconnectAll(connection: Connection): void {
  const all = async () => {
    await rehydrateRest(connection, connection.sessions);
    for (const { socket } of [...connection.sessions.values()]) socket?.disconnect();
    closeByServer(connection, "forced server close");
  };
  const label = `disconnecting all sockets of ${connection.id}`;
  connection.track(label, all().catch(report(label)));
}

/**
 * The client left while it was being let in: the event that removed the connection knew nothing of these
 * sockets yet. The app has seen them connect, so it sees them disconnect too.
 */
export function leftWhileLetIn(connection: Connection): void {
  if (connection.isRemoved) return;
  connection.removed();
  connection.closed("transport close");
}

/** Tells every socket of the connection, also those that this event had no need of so far. */
async function disconnected(connection: Connection, reason: string, description?: unknown): Promise<void> {
  const held = new Set(connection.sessions.keys());
  await connection.closedForAll(reason, description, () => rehydrateRest(connection, held));
  connection.place("store", () => forget(connection)); // behind the steps that leave its rooms
  connection.runtime.kept?.delete(connection.id);
}

async function rehydrateRest(
  connection: Connection,
  held: { has(namespace: string): boolean },
): Promise<void> {
  for (const [namespace, stored] of connection.stored.sessions) {
    if (!held.has(namespace) && !connection.ended.has(stored.sid))
      await rehydrate(connection, namespace, stored);
  }
}

async function forget(connection: Connection): Promise<void> {
  const { runtime, stored, id } = connection;
  // Sockets of a namespace that this version of the app no longer has have not been told.
  const untold = [...stored.sessions]
    .filter(([, { sid }]) => !connection.ended.has(sid))
    .map(([namespace, session]) => ({ namespace, ...session }));
  if (!(await leaveStrays(runtime, stored, [...stored.strays, ...untold]))) connection.rowWasMissing();
  if (connection.missesRows) await runtime.backend.connections.forgetLater(id);
  else await runtime.forget(id);
}

function report(about: string): (error: unknown) => void {
  return (error) => reportError("event", error, about);
}
