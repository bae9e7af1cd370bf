/**
 * A plain client is connected to `/` without asking, because it cannot ask before it is there; a client of
 * Socket.IO 2, because its protocol has it so (socket.io 4.8 `index.ts`, `onconnection`). One event
 * greets it, and notes so in the connection's item: the event that `$connect` leaves behind, or a message
 * that has overtaken it. If that environment dies meanwhile, another one greets it 45 s later, or the
 * heartbeat asks for it.
 *
 * Cost: 1 write, 1 read, and what the app's `connection` handlers do.
 */

import { PacketType } from "../protocol/packet-type.js";
import type { Runtime } from "../runtime.js";
import { lookWithin } from "../user-code/event-waits.js";
import type { Connection } from "./connection.js";
import { runEvent } from "./event-run.js";

/** Nothing happens where somebody else has greeted it, or it has left. `hello` goes out first. */
export async function greet(
  runtime: Runtime,
  connectionId: string,
  withinMs: number,
  hello: readonly string[],
): Promise<void> {
  const { connections } = runtime.backend;
  const stored = (await connections.claimGreeting(connectionId)) && (await connections.load(connectionId));
  if (!stored) return;
  const connection = runtime.hold(stored, { opening: () => runtime.isStored(connectionId) });
  await runEvent(
    connection,
    withinMs,
    () => {
      if (hello.length > 0) connection.send(hello);
      return connectToRoot(connection);
    },
    () => "the greeting",
  );
}

/**
 * How long after its handshake such a client may have to wait to be connected to `/`, cold start and all.
 */
const PATIENCE_MS = 3_000;

/**
 * A message has come for `/`, where its client is not connected. Greets it if no event has, or waits for the
 * event that does. Returns whether it is connected now; the connection then has what is stored.
 */
export async function ensureGreeted(connection: Connection): Promise<boolean> {
  const { id, backend } = connection;
  if (await backend.connections.claimGreeting(id)) {
    await connectToRoot(connection);
    await connection.outbox.drain();
  }
  return isGreeted(connection);
}

/** Waits for the event that greets it, as `ensureGreeted`. */
export async function isGreeted(connection: Connection): Promise<boolean> {
  const { id, backend, stored } = connection;
  const ageMs = Math.max(0, Date.now() - stored.connectedAt); // two machines' clocks
  const now = await lookWithin(PATIENCE_MS - ageMs, async () => {
    const found = await backend.connections.load(id);
    if (!found) return "gone" as const;
    return found.sessions.has("/") ? found : undefined;
  });
  if (now === undefined || now === "gone") return false;
  connection.reload(now);
  return true;
}

async function connectToRoot(connection: Connection): Promise<void> {
  const { codec } = connection.runtime;
  await connection.connect("/", codec.encode({ type: PacketType.CONNECT, nsp: "/", data: {} }));
}
