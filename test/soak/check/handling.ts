/** From clients to handlers: how often each event was handled, whether acks tell the truth, and the order. */
import { clientOf, ordinalOf } from "../entry.js";
import type { Order } from "../options.js";
import type { History, SentEvent } from "./history.js";
import type { Broken } from "./promise.js";
import { SETTLED_MS } from "./settled.js";

export interface Handling {
  readonly broken: readonly Broken[];
  readonly sent: number;
  readonly handled: number;
  /** Sent once and never handled, which is allowed. */
  readonly lost: number;
  /** Sent once and handled more often. */
  readonly duplicated: number;
  /** Handled after one that was sent later on the same connection. */
  readonly outOfOrder: number;
}

/** Faults after which a queue delivers a message again. */
const REDELIVERED = new Set(["kill", "repeat", "throttle"]);

export function checkHandling(history: History, order: Order): Handling {
  const broken: Broken[] = [];
  let [lost, duplicated] = [0, 0];
  for (const event of history.events) {
    const { id, manner, client, handled, isAcked } = event;
    const times = handled.length;
    if (isAcked && times === 0) broken.push({ promise: "acked", what: `${id} was acked and never handled` });
    if (manner === "retries") {
      if ((times > 0 && isAcked) || !history.isThereAtTheEnd(client)) continue;
      lost++;
      broken.push({
        promise: "atLeastOnce",
        what: `${id} was handled ${times} times and ${isAcked ? "" : "not "}acked`,
      });
      continue;
    }
    if (times === 0) {
      lost++;
      if (order === "ordered" && livedOn(event, history))
        broken.push({ promise: "queued", what: `${id} (${event.link}) was never handled` });
    }
    if (times <= 1) continue;
    duplicated += times - 1;
    const isRedelivered = order === "ordered" && event.faults.some(({ kind }) => REDELIVERED.has(kind));
    if (!isRedelivered) broken.push({ promise: "atMostOnce", what: `${id} was handled ${times} times` });
  }
  const inversions = inversionsOf(history);
  if (order === "ordered")
    broken.push(...inversions.map(({ what }) => ({ promise: "order" as const, what })));
  return {
    broken,
    sent: history.events.length,
    handled: history.handled.length,
    lost,
    duplicated,
    outOfOrder: inversions.length,
  };
}

/** What the queue still holds when its connection has ended may find nobody to be handled for. */
function livedOn({ link, at }: SentEvent, history: History): boolean {
  return at + SETTLED_MS < (history.closedAt.get(link) ?? Number.POSITIVE_INFINITY);
}

/**
 * By connection, because there is no order between two connections; only the first time that an
 * event is handled counts.
 */
function inversionsOf(history: History): { readonly what: string }[] {
  const inversions: { what: string }[] = [];
  const latest = new Map<string, string>();
  const seen = new Set<string>();
  for (const { id, link } of history.handled) {
    const isRepeated = seen.has(id);
    seen.add(id);
    if (isRepeated || clientOf(id) !== clientOf(link)) continue;
    const before = latest.get(link);
    if (before !== undefined && ordinalOf(before) > ordinalOf(id)) {
      inversions.push({ what: `${before} was handled before ${id} (${link})` });
    } else {
      latest.set(link, id);
    }
  }
  return inversions;
}
