/**
 * A plain client is connected to `/` without asking, for it has no way to ask before it is there. Who greets it notes so in the
 * connection's item, and does it once: the event that `$connect` leaves behind, or a message that has overtaken it. Where that
 * environment died over it, one of them does it 45 s later, or the heartbeat has it done.
 *
 * Cost: 1 write, 1 read, and what the app's `connection` handlers do.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Connection } from "./connection.js";
import { runEvent } from "./event-run.js";
import { PacketType } from "./protocol/packet-type.js";
import type { Runtime } from "./runtime.js";

/** Nothing happens where somebody else has greeted it, or it has left. */
export async function greet(runtime: Runtime, connectionId: string, deadlineMs: number): Promise<void> {
  const { connections } = runtime.backend;
  const stored = (await connections.greet(connectionId)) && (await connections.load(connectionId));
  if (!stored) return;
  const connection = runtime.hold(stored);
  connection.opening = () => runtime.isStored(connectionId);
  await runEvent(connection, deadlineMs, () => connectToRoot(connection));
}

/** How long after its handshake a plain client may have to wait to be connected to `/`, cold start and all. */
const PATIENCE_MS = 3_000;
const LOOK_EVERY_MS = 25;

/**
 * A message has come for `/`, where its client is not connected: greets it if nobody has, or waits for who is at it.
 * Returns whether it is connected now; the connection has then what is stored.
 */
export async function isGreeted(connection: Connection): Promise<boolean> {
  const { id, backend, stored } = connection;
  if (await backend.connections.greet(id)) {
    await connectToRoot(connection);
    await connection.outbox.drain();
  }
  const untilMs = Math.min(stored.connectedAt, Date.now()) + PATIENCE_MS; // two machines' clocks
  for (;;) {
    const now = await backend.connections.load(id);
    if (!now) return false;
    if (now.sessions.has("/")) {
      connection.stored = now;
      return true;
    }
    if (Date.now() >= untilMs) return false;
    await delay(LOOK_EVERY_MS);
  }
}

async function connectToRoot(connection: Connection): Promise<void> {
  const { codec } = connection.runtime;
  await connection.connect("/", codec.encode({ type: PacketType.CONNECT, nsp: "/", data: {} }));
}
