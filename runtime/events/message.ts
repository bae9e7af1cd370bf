/**
 * One frame of a client.
 *
 * Cost of an event with an ack: 1 read, 0 writes, 1 post. A change of `socket.data` adds 1 write, a join 2.
 */
import { setTimeout as delay } from "node:timers/promises";
import { assemble, orderOf } from "../attachments.js";
import type { Connection } from "../connection.js";
import { runEvent } from "../event-run.js";
import type { ClientMessage } from "../gateway-event.js";
import { isGreeted } from "../greeting.js";
import { slotOf } from "../heartbeat.js";
import { warnOnce } from "../log.js";
import { PONG_FRAME } from "../protocol/engine-io.js";
import type { PacketHeader } from "../protocol/packet-header.js";
import { PacketType } from "../protocol/packet-type.js";
import { plainError } from "../protocol/plain.js";
import { type Incoming, protocolOf } from "../protocol/protocol.js";
import { rehydrate } from "../rehydrate.js";
import type { Runtime } from "../runtime.js";
import { type EncodedPart, internalsOf } from "../socket-io-internals.js";
import type { StoredSession } from "../store/store.js";

export async function onMessage(runtime: Runtime, event: ClientMessage, deadlineMs: number): Promise<void> {
  const { connectionId } = event.requestContext;
  const { connections, delivery, endpoint, heartbeats } = runtime.backend;
  // Every connection sends one each few minutes: it costs one write and no read.
  const isPong = event.body === PONG_FRAME;
  if (isPong && (await heartbeats.pong(slotOf(connectionId, runtime.heartbeat), connectionId, Date.now())))
    return;
  const stored = await connections.load(connectionId);
  // Closed by someone else meanwhile, or expired: a client that still talks is told to come again.
  if (!stored) return delivery.close({ connectionId, endpoint, protocol: "plain" });

  const connection = runtime.hold(stored);
  connection.isInTurn = event.isInTurn ?? false;
  const { maxHttpBufferSize = Number.POSITIVE_INFINITY } = runtime.options;
  if (Buffer.byteLength(event.body) > maxHttpBufferSize) {
    return runEvent(connection, deadlineMs, async () => connection.closeByServer("transport error"));
  }
  const incoming = protocolOf(stored.protocol).decode(event.body, runtime.codec);
  const { requestTimeEpoch, messageId } = event.requestContext;
  const order = orderOf(requestTimeEpoch, messageId);
  await runEvent(connection, deadlineMs, () => handle(connection, incoming, order));
}

async function handle(connection: Connection, incoming: Incoming, order: string): Promise<void> {
  switch (incoming.kind) {
    case "packet":
      if (isValidBinaryHeader(connection, incoming)) return handlePart(connection, incoming.parts[0], order);
      return handlePacket(connection, incoming.header, incoming.parts);
    case "attachment":
      return handlePart(connection, incoming.part, order);
    case "rejected":
      return connection.send([incoming.answer]);
    case "malformed":
      return connection.receive([incoming.part]);
    case "close":
      return connection.closeByServer("transport close");
    case "pong":
    case "ignored":
      return;
    case "violation":
      return connection.closeByServer(incoming.reason);
  }
}

/** One that the parser refuses (too many attachments, no JSON) goes to socket.io, which closes the connection for it. */
function isValidBinaryHeader(
  { runtime }: Connection,
  { header, parts }: Extract<Incoming, { kind: "packet" }>,
): boolean {
  return header.attachments > 0 && runtime.codec.canDecode(parts);
}

async function handlePart(
  connection: Connection,
  part: EncodedPart | undefined,
  order: string,
): Promise<void> {
  const { runtime, backend, id } = connection;
  const parts = part && (await assemble(backend.attachments, runtime.codec, id, order, part));
  const header = parts?.[0] && runtime.codec.header(parts[0]);
  if (parts && header) await handlePacket(connection, header, parts);
}

async function handlePacket(
  connection: Connection,
  header: PacketHeader,
  parts: readonly EncodedPart[],
): Promise<void> {
  const stored = connection.stored.sessions.get(header.namespace);
  if (!stored) return handleWithoutSession(connection, header, parts);
  const { namespace, type, id } = header;
  switch (type) {
    case PacketType.ACK:
    case PacketType.BINARY_ACK:
      return handleAck(connection, stored, header, parts);
    case PacketType.CONNECT:
      if (connection.stored.protocol !== "plain")
        return handleSecondConnect(connection, namespace, stored, parts);
      return connection.send([
        plainError("already_connected", `You are connected to "${namespace}" already.`, id),
      ]);
    case PacketType.DISCONNECT: {
      // Whoever removes the session runs its `disconnect` handlers, and `$disconnect` may be on its way too: so this comes first.
      const { connections } = connection.backend;
      if (!(await connections.removeSession(connection.id, namespace, stored.sid, stored.rooms))) return;
      const session = await sessionOf(connection, namespace, stored);
      if (session) Object.assign(session, { isRemoved: true, isStray: true });
      return connection.receive(parts);
    }
  }
  await sessionOf(connection, namespace, stored);
  connection.receive(parts);
}

/** How long the event of a DISCONNECT may take that the client sent just before. */
const DISCONNECT_WAIT_MS = 1_000;
const LOOK_EVERY_MS = 25;

/**
 * `socket.disconnect().connect()` in a client: its CONNECT may overtake its DISCONNECT. Where none was under way, socket.io
 * closes the connection, for a namespace can be joined once ("invalid state").
 */
async function handleSecondConnect(
  connection: Connection,
  namespace: string,
  stored: StoredSession,
  parts: readonly EncodedPart[],
): Promise<void> {
  for (let waitedMs = 0; waitedMs < DISCONNECT_WAIT_MS; waitedMs += LOOK_EVERY_MS) {
    await delay(LOOK_EVERY_MS);
    const now = await connection.backend.connections.load(connection.id);
    if (!now) return;
    if (now.sessions.get(namespace)?.sid === stored.sid) continue;
    connection.stored = now;
    await connection.connect(namespace, parts);
    return;
  }
  await sessionOf(connection, namespace, stored);
  connection.receive(parts);
}

async function handleWithoutSession(
  connection: Connection,
  header: PacketHeader,
  parts: readonly EncodedPart[],
): Promise<void> {
  const { namespace, type, id } = header;
  if (type === PacketType.CONNECT) {
    await connection.connect(namespace, parts);
  } else if (connection.stored.protocol === "plain") {
    if (namespace === "/" && (await isGreeted(connection))) return handlePacket(connection, header, parts);
    const how = `Send {"action":"connect","nsp":${JSON.stringify(namespace)}} first.`;
    connection.send([plainError("not_connected", `You are not connected to "${namespace}". ${how}`, id)]);
  } else {
    connection.receive(parts); // socket.io closes the connection: "invalid state"
  }
}

/** The one who waits for it is, as a rule, another event: it finds the answer in the table. No socket is needed here. */
async function handleAck(
  connection: Connection,
  { sid }: StoredSession,
  { namespace, id }: PacketHeader,
  parts: readonly EncodedPart[],
): Promise<void> {
  const kept = connection.sessions.get(namespace)?.socket;
  const isKept = kept && id !== undefined && internalsOf(kept).acks.has(id);
  if (isKept || !connection.runtime.codec.canDecode(parts)) return connection.receive(parts);
  if (id === undefined) return;
  if (connection.isInTurn) warnOnce(LATE_ANSWER);
  await connection.backend.acks.put(namespace, id, { sid, parts });
}

/** By what the queue knows answers: see `lib/queue-template.ts`. */
const LATE_ANSWER =
  'An ack waited in the queue like an event, so whoever waits for it may have given up: in ordered mode, answers overtake events only without binary, and a plain client\'s only where the message begins with {"ack".';

async function sessionOf(connection: Connection, namespace: string, stored: StoredSession) {
  const kept = connection.sessions.get(namespace);
  return kept?.sid === stored.sid ? kept : rehydrate(connection, namespace, stored);
}
