/**
 * How an ack crosses environments, where it comes in: the event that asked runs elsewhere, as a rule. So the
 * answer is put into the table `Rooms` under the ack's id (`store/dynamo-acks.ts`), where the event that
 * waits looks for it (`ack-waits.ts`).
 */
import { AnswerTooLargeError } from "../errors.js";
import { reportError, warnOnce } from "../log/log.js";
import type { EncodedPart } from "../protocol/encoded-part.js";
import type { PacketHeader } from "../protocol/packet-header.js";
import { internalsOf } from "../socket-io/internals.js";
import type { StoredSession } from "../store/store.js";
import { mayBeAckId } from "./ack-ids.js";
import type { Connection } from "./connection.js";

/** No socket is needed here. */
export async function handOverAnswer(
  connection: Connection,
  { sid }: StoredSession,
  { namespace, id }: PacketHeader,
  parts: readonly EncodedPart[],
): Promise<void> {
  const kept = connection.sessions.get(namespace)?.socket;
  const isKept = kept && id !== undefined && internalsOf(kept).acks.has(id);
  if (isKept || !connection.runtime.codec.canDecode(parts)) return connection.receive(parts);
  if (id === undefined || !mayBeAckId(id)) return; // as upstream: it answers nothing that was asked
  if (connection.isInTurn) warnOnce(LATE_ANSWER);
  try {
    await connection.backend.acks.put(namespace, id, { sid, parts });
  } catch (error) {
    if (!(error instanceof AnswerTooLargeError)) throw error;
    reportError("store", error, `an ack of ${sid} of ${namespace}`);
  }
}

/** By what the queue knows answers: see `lib/queue-template.ts`. */
const LATE_ANSWER =
  'An ack waited in the queue like an event, so the event that waits for it may have given up: in ordered mode, answers overtake events only without binary, and a plain client\'s only where the message begins with {"ack".';
