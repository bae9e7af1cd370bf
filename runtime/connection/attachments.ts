/**
 * Binary packets of a client: a header with the number of attachments, then the attachments, each a message
 * of its own, and so each an event that may run anywhere. Each is noted in one row for its connection, which
 * shows what waits; the one that completes a packet takes it and goes on with it.
 *
 * Upstream closes a connection at the first attachment that no header announced. API Gateway promises no
 * order, so here an attachment may be ahead of its header, and a second header ahead of the first one's
 * attachments. What waits is bounded instead: beyond `MAX_EARLY`, `EARLY_MS` and `MAX_WAITING` the connection
 * closes with upstream's error. The row has no bytes of the parts, and those lie under keys of their own, so
 * what a client leaves waiting makes its next message neither slower nor more expensive.
 *
 * An attachment does not say to which header it belongs. The gateway's time of receipt orders the parts, to
 * the millisecond; within one, the message id does, which begins with a time in all events that were
 * published (unconfirmed as a rule). So one attachment a packet is safe; that several keep their places is to
 * be tested on AWS.
 *
 * Price: an update for each part and one for the packet; for each part but the last, a write (1 unit a KB)
 * and a read (1 unit for 4 KB).
 */
import { poll } from "../async/poll.js";
import type { EncodedPart } from "../protocol/encoded-part.js";
import { PARTS_KEPT_SECONDS } from "../store/expiry.js";
import type { AttachmentStore, WaitingPart } from "../store/store.js";

/**
 * So many attachments may wait for their header: those of one packet, at which socket.io-parser stops
 * (`maxAttachments`).
 */
export const MAX_EARLY = 10;

/**
 * So long an attachment may be ahead of its header. A cold start takes a second; an event lives 29 s, but a
 * header's is short.
 */
const EARLY_MS = 10_000;

/**
 * So many parts, headers included, may wait in all. Each is some 50 bytes of the row, whose updates are
 * billed by the KB.
 */
export const MAX_WAITING = 100;

export interface Part {
  /** Of `orderOf`. */
  readonly order: string;
  readonly encoded: EncodedPart;
  /** How many attachments a header announces; 0 for an attachment. */
  readonly announces: number;
}

export type Assembly =
  /** This part has completed it. */
  | { readonly kind: "packet"; readonly parts: readonly EncodedPart[] }
  | { readonly kind: "incomplete" }
  /** More waits than a client of the protocol leaves waiting. */
  | { readonly kind: "violation" }
  /** A part was noted and never stored: the environment that had it has died, or the table refused it. */
  | { readonly kind: "lost" };

export async function assemble(store: AttachmentStore, connectionId: string, part: Part): Promise<Assembly> {
  const noted = await store.note(connectionId, part.order, part.announces);
  const isOld = ({ order }: WaitingPart) => timeOf(part.order) - timeOf(order) > PARTS_KEPT_SECONDS * 1000;
  const old = noted.filter(isOld).map(({ order }) => order);
  if (old.length > 0) await store.forget(connectionId, old);

  const waiting = noted.filter((one) => !isOld(one));
  const { packets, early } = sortOut(waiting);
  const isTooEarly = ({ order }: WaitingPart) => timeOf(part.order) - timeOf(order) > EARLY_MS;
  if (waiting.length > MAX_WAITING || early.length > MAX_EARLY || early.some(isTooEarly)) {
    return { kind: "violation" };
  }

  const complete = packets.find(({ orders, isWhole }) => isWhole && orders.includes(part.order));
  if (!complete) {
    await store.keep(connectionId, part.order, part.encoded);
    return { kind: "incomplete" };
  }
  // Two events may see the same packet complete: it goes to one of them.
  if (!(await store.forget(connectionId, complete.orders))) return { kind: "incomplete" };
  const parts = await Promise.all(
    complete.orders.map((order) =>
      order === part.order ? part.encoded : stored(store, connectionId, order),
    ),
  );
  const found = parts.filter((one) => one !== undefined);
  return found.length === parts.length ? { kind: "packet", parts: found } : { kind: "lost" };
}

/**
 * The gateway's time of receipt, then its id of the message, as bytes: the letters of base64 do not sort as
 * they do.
 */
export function orderOf(requestTimeEpoch: number, messageId: string): string {
  return `${String(requestTimeEpoch).padStart(TIME_DIGITS, "0")} ${Buffer.from(messageId, "base64url").toString("hex")}`;
}

const TIME_DIGITS = 15;

function timeOf(order: string): number {
  return Number(order.slice(0, TIME_DIGITS));
}

interface WaitingPacket {
  /** The header's, then those of its attachments, as far as they are there. */
  readonly orders: readonly string[];
  readonly isWhole: boolean;
}

/** Which attachments belong to which header, and which have none yet. */
function sortOut(waiting: readonly WaitingPart[]): {
  readonly packets: readonly WaitingPacket[];
  readonly early: readonly WaitingPart[];
} {
  const headers = waiting.filter(({ announces }) => announces > 0);
  let rest = waiting.filter(({ announces }) => announces === 0);
  // With one packet under way there is no doubt, however its parts lie within a millisecond.
  const isBehind = (order: string, header: string) =>
    headers.length === 1 ? timeOf(order) >= timeOf(header) : order > header;
  const packets = headers.map((header) => {
    // Each header takes those that were received next.
    const own = rest.filter(({ order }) => isBehind(order, header.order)).slice(0, header.announces);
    rest = rest.filter((attachment) => !own.includes(attachment));
    return { orders: [header, ...own].map(({ order }) => order), isWhole: own.length === header.announces };
  });
  return { packets, early: rest };
}

/** The event that notes a part stores it in the next moment. */
const STORED_WITHIN_MS = 2_000;
const LOOK_EVERY_MS = 25;

function stored(
  store: AttachmentStore,
  connectionId: string,
  order: string,
): Promise<EncodedPart | undefined> {
  return poll(() => store.read(connectionId, order), { withinMs: STORED_WITHIN_MS, pauseMs: LOOK_EVERY_MS });
}
