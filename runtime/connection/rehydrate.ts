/**
 * Brings a socket back in a process that has never seen it, by Socket.IO's own door: connection state
 * recovery.
 *
 * A CONNECT packet with a `pid` makes the namespace ask the adapter for the session
 * (`Namespace._createSocket`, socket.io 4.8). Ours answers with what was stored, the library builds the
 * socket with its id and rooms, no middleware runs, and the app's `connection` handler registers its
 * listeners. All that is sent or joined meanwhile is muted.
 */
import { within } from "../async/pause.js";
import { warnOnce } from "../log/log.js";
import { shownNamespace } from "../log/printable.js";
import { PacketType } from "../protocol/packet-type.js";
import { restoreNamespace } from "../socket-io/dynamic-namespaces.js";
import { registryOf } from "../socket-io/listener-registry.js";
import type { StoredSession } from "../store/store.js";
import { firstListener, listenerOf } from "../user-code/first-listener.js";
import { awaitStarted } from "../user-code/replay-patience.js";
import { StartedWork } from "../user-code/started-work.js";
import { whenReady } from "./busy-sessions.js";
import type { Connection } from "./connection.js";
import { HeldSession } from "./held-session.js";
import { currentScope, runInScope, Scope } from "./scope.js";
import type { Session } from "./session.js";

/** The socket of a namespace that the client is in: kept here, or brought back once its CONNECT has ended. */
export async function bringSession(
  connection: Connection,
  namespace: string,
  stored: StoredSession,
  /** Which event the socket is to hear. */
  event?: unknown,
): Promise<Session | undefined> {
  const kept = connection.sessions.get(namespace);
  if (kept?.sid === stored.sid) return kept;
  const ready = await whenReady(connection, namespace, stored);
  if (ready?.sid !== stored.sid) return undefined; // it has left meanwhile
  const name = event === undefined ? undefined : String(event);
  const session = await rehydrate(connection, namespace, ready, name);
  if (!session) warnOnce(`A client is in ${shownNamespace(namespace)}, ${NO_NAMESPACE}`);
  return session;
}

const NO_NAMESPACE =
  "which is not registered in this environment, so its connection is closed. An environment that has run longer, or a version before this one, has let it in. Call io.of() while the module loads: see docs/moving-an-app.md.";

/** `undefined` when this version of the app has no such namespace any more. */
export async function rehydrate(
  connection: Connection,
  namespace: string,
  stored: StoredSession,
  event?: string,
): Promise<Session | undefined> {
  restoreNamespace(connection.runtime.io, namespace, stored.parent);
  const session = new HeldSession(connection, namespace, stored.sid, stored);
  connection.sessions.set(namespace, session);
  const started = new StartedWork();
  const scope = new Scope(connection, currentScope(), "replaying", started);
  connection.replays.push(started);
  try {
    // The values do not matter, only that they are strings: `restoreSession` answers for this scope.
    const data = { pid: "rehydrate", offset: "rehydrate" };
    const isRevision3 = connection.stored.protocol === "engine.io-3"; // its auth is a query
    const nsp = isRevision3 ? `${namespace}?${new URLSearchParams(data)}` : namespace;
    const packet = connection.runtime.codec.encode({ type: PacketType.CONNECT, nsp, data });
    const outcome = await runInScope(scope, () => connection.connect(namespace, packet));
    if (outcome === "refused") {
      connection.sessions.delete(namespace);
      return undefined;
    }
    await replayEnds(session, scope, event);
  } finally {
    scope.end();
  }
  session.replayed();
  return session;
}

async function replayEnds(session: Session, { work, started }: Scope, event?: string): Promise<void> {
  if (!work.isIdle) await endsInTime(work.settled(), session);
  const { asksInReplay, stored } = session;
  const of = stored?.parent ?? session.namespace;
  if (started?.isUnderWay) await awaitStarted(of, started, { ignorePromises: asksInReplay });
  if (!stored?.listensLate) return;
  await firstListener(session);
  if (event !== undefined) await listenerOf(session, event);
}

/**
 * Nobody answers what is not sent, so a handler that waits for an ack never goes on. A handler that only
 * asks, and then waits for its database before it listens, does: it gets this long.
 */
const ASKING_MS = 500;

/**
 * A handler that waits for its client's next event, or loops while the client is there, never ends either.
 */
const LISTENING_MS = 3_000;

/**
 * A handler that has registered nothing yet is waited for until the event's deadline: there is nobody to hear
 * the event.
 */
async function endsInTime(ended: Promise<void>, { namespace, socket, asksInReplay }: Session): Promise<void> {
  const patienceMs = asksInReplay ? ASKING_MS : LISTENING_MS;
  if ((await within(patienceMs, ended)) !== "late") return;
  if (!asksInReplay && (!socket || registryOf(socket).isEmpty)) return ended;
  const why = asksInReplay
    ? "waits for an ack of its client, and what is not sent is not answered"
    : "does not end: it waits for an event of its client, or loops";
  warnOnce(
    `The "connection" handler of ${shownNamespace(namespace)} runs again before each event, and ${why}. Each event waits ${patienceMs} ms for it, and listeners behind that are not there. Register all listeners first, and return.`,
  );
}
