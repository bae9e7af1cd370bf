/**
 * The packets of bodies that a client has posted, each as the message of a WebSocket, one after another.
 *
 * Of a body, the client knows only that all of it was taken. So where one packet gets lost, or there is no
 * time for the rest, the connection is closed, and the client comes again.
 */
import { NoTimeLeftError } from "../errors.js";
import { reportError } from "../log/log.js";
import { queuesOf } from "../polling/polling-backend.js";
import { CLOSE_FRAME } from "../protocol/engine-io.js";
import { decodePayload } from "../protocol/payload.js";
import type { Runtime } from "../runtime.js";
import { pollingSid } from "../store/polling-store.js";
import type { StoredConnection } from "../store/store.js";
import { giveUp } from "./give-up.js";
import { receive, receiveOn } from "./receive.js";

export interface PostedBody {
  readonly body: string;
  /** Names the packets' messages, with their number. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly time: number;
  /** The client's next messages wait for these. Default: false. */
  readonly isInTurn?: boolean;
}

/** With less than this, a packet is not begun: the close needs some time, too. */
const LEAST_MS = 500;

/** Those that were kept until the transport was known. */
export function kept(bodies: readonly string[], isInTurn = false): readonly PostedBody[] {
  const time = Date.now();
  return bodies.map((body, index) => ({ body, id: `kept${String(index).padStart(3, "0")}`, time, isInTurn }));
}

/**
 * Does not reject. What stands behind the end of the connection is not looked at.
 *
 * @param stored the connection where it has just been read or written: the first packet needs no read.
 */
export async function playBodies(
  runtime: Runtime,
  connectionId: string,
  bodies: readonly PostedBody[],
  leftMs: () => number,
  stored?: StoredConnection,
): Promise<void> {
  try {
    for (const [index, body] of bodies.entries()) {
      const known = index === 0 ? stored : undefined;
      if (!(await playBody(runtime, connectionId, body, leftMs, known))) return;
    }
  } catch (error) {
    reportError("event", error, `a post of ${connectionId}`);
    await giveUp(runtime, connectionId);
  }
}

/** Resolves with false where the connection was over before, or the client has closed it. */
async function playBody(
  runtime: Runtime,
  connectionId: string,
  { body, id, time, isInTurn }: PostedBody,
  leftMs: () => number,
  stored: StoredConnection | undefined,
): Promise<boolean> {
  const frames = decodePayload(body);
  for (const [index, frame] of frames.entries()) {
    if (leftMs() < LEAST_MS) throw new NoTimeLeftError(frames.length - index);
    // Bytes that rise, in base64, as API Gateway's ids of messages are: the parts of a binary packet have
    // their order by it (`attachments.ts`).
    const messageId = Buffer.from(`${id}${String(index).padStart(6, "0")}`).toString("base64url");
    const requestContext = { connectionId, messageId, requestTimeEpoch: time };
    const sid = frame === CLOSE_FRAME ? pollingSid(connectionId) : undefined;
    // Before the server closes it: the client needs no word of that.
    if (sid !== undefined) await queuesOf(runtime.backend).close(sid, "closed");
    const event = { body: frame, requestContext, ...(isInTurn && { isInTurn }) };
    if (stored && index === 0) await receiveOn(runtime, stored, event, leftMs());
    else if (!(await receive(runtime, event, leftMs()))) return false;
    if (frame === CLOSE_FRAME) return false;
  }
  return true;
}
