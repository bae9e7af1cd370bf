/**
 * One message of a client, whichever way it came: loads its connection, and runs the event that its frame is
 * (`frame.ts`, then `packet.ts`).
 *
 * Cost of an event with an ack: 1 read, 0 writes, 1 post. A change of `socket.data` adds 1 write, a join 2.
 */
import { orderOf } from "../connection/attachments.js";
import { closeByServer } from "../connection/ending.js";
import { labelOfFrame } from "../connection/event-label.js";
import { runEvent } from "../connection/event-run.js";
import { slotOf } from "../connection/heartbeat-slots.js";
import { PONG_FRAME } from "../protocol/engine-io.js";
import { decodeFrame } from "../protocol/protocol.js";
import type { Runtime } from "../runtime.js";
import type { StoredConnection } from "../store/store.js";
import { handleFrame } from "./frame.js";
import type { ClientMessage } from "./invocation.js";

/**
 * Resolves with false where the connection was over before.
 *
 * @param isDone asked before the frame is looked at: true where the message is for somebody else.
 */
export async function receive(
  runtime: Runtime,
  event: ClientMessage,
  withinMs: number,
  isDone?: (stored: StoredConnection) => Promise<boolean> | false,
): Promise<boolean> {
  const { connectionId } = event.requestContext;
  const { connections, delivery, endpoint, heartbeats } = runtime.backend;
  // Every connection sends one each few minutes: it costs one write and no read.
  const isPong = event.body === PONG_FRAME;
  if (isPong && (await heartbeats.pong(slotOf(connectionId, runtime.heartbeat), connectionId, Date.now())))
    return true;
  const stored = await connections.load(connectionId);
  // Another event has closed it meanwhile, or it has expired: a client that still talks is told to come
  // again.
  if (!stored) {
    await delivery.close({ connectionId, endpoint, protocol: "plain" });
    return false;
  }
  if (await isDone?.(stored)) return true;
  await receiveOn(runtime, stored, event, withinMs);
  return true;
}

/** The message of a connection that has just been read. */
export async function receiveOn(
  runtime: Runtime,
  stored: StoredConnection,
  event: ClientMessage,
  withinMs: number,
): Promise<void> {
  const { requestTimeEpoch, messageId } = event.requestContext;
  const connection = runtime.hold(stored, event);
  const { maxHttpBufferSize = Number.POSITIVE_INFINITY } = runtime.options;
  if (Buffer.byteLength(event.body) > maxHttpBufferSize) {
    const close = async () => closeByServer(connection, "transport error");
    return runEvent(connection, withinMs, close, () => "a message over maxHttpBufferSize");
  }
  const incoming = decodeFrame(stored.protocol, event.body, runtime.codec);
  const order = orderOf(requestTimeEpoch, messageId);
  const label = () => labelOfFrame(runtime.codec, incoming);
  await runEvent(connection, withinMs, () => handleFrame(connection, incoming, order), label);
}
