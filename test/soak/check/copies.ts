/** What clients got: only what was meant for them, and only once. */
import type { EntryOf } from "../entry.js";
import type { History, SentEvent } from "./history.js";
import { isRepeated } from "./overtaking.js";
import type { Broken } from "./promise.js";
import { SETTLED_MS } from "./settled.js";
import { places, tell } from "./words.js";

export interface Copies {
  readonly broken: readonly Broken[];
  readonly got: number;
  /** Copies too many, in all. */
  readonly duplicated: number;
  /** The sender could not know that the first had arrived. */
  readonly duplicatedByFault: number;
  /** Sent in the moment in which the client recovered. */
  readonly duplicatedByRecovery: number;
  /** See `overtaking.ts`. */
  readonly duplicatedByOvertaking: number;
}

/**
 * Of what was owed across losses, what may come twice: more of it is no coincidence, where it came to several
 * clients. One that is lost again amid what it had missed gets all of that again.
 */
const DOUBLED_SHARE = 0.1;
const DOUBLED_LEAST = 10;
const DOUBLED_CLIENTS = 2;

/** Faults that let a post through and say that they did not. */
const AMBIGUOUS = new Set(["postFailAfter", "postGone"]);

export function checkCopies(history: History, owedAcrossLosses: number): Copies {
  const broken: Broken[] = [];
  let [got, duplicated, duplicatedByFault, duplicatedByRecovery, duplicatedByOvertaking] = [0, 0, 0, 0, 0];
  const doubledAt = new Set<number>();
  for (const event of history.broadcasts) {
    const times = Math.max(1, event.handled.length);
    for (const [client, copies] of event.got) {
      got += copies.length;
      const isEarly = copies.every((copy) => history.early.has(copy));
      if (!isEarly && !mayGet(event, client, history)) {
        const what = `${tell(event)} reached client ${client}, who was not in that room`;
        broken.push({ promise: "broadcast", what });
      }
      const extra = copies.length - times;
      if (extra <= 0) continue;
      duplicated += extra;
      if (ambiguousPosts(event, client, history) >= extra) duplicatedByFault += extra;
      else if (isRepeated(copies, history.cameBackWith)) duplicatedByOvertaking += extra;
      else if (
        copies.some((copy) => history.early.has(copy)) ||
        isInRecovery(event, client, copies, history)
      ) {
        duplicatedByRecovery += extra;
        doubledAt.add(client);
      } else {
        const what = `${tell(event)} reached client ${client} ${copies.length} times: ${places(copies)}`;
        broken.push({ promise: "once", what });
      }
    }
  }
  const mayDouble = Math.max(DOUBLED_LEAST, owedAcrossLosses * DOUBLED_SHARE);
  if (duplicatedByRecovery > mayDouble && doubledAt.size > DOUBLED_CLIENTS) {
    const what = `${duplicatedByRecovery} packets came twice at recoveries of ${doubledAt.size} clients, of ${owedAcrossLosses} owed across losses`;
    broken.push({ promise: "once", what });
  }
  return { broken, got, duplicated, duplicatedByFault, duplicatedByRecovery, duplicatedByOvertaking };
}

function mayGet({ event, room, handled, client: sender, at }: SentEvent, client: number, history: History) {
  if (handled.length === 0) return false;
  if (event === "echo") return client === sender;
  if (room === null) return true;
  return history
    .sessionsOf(client)
    .some(({ rooms }) => rooms.get(room)?.possible.some(({ to }) => to > at) ?? false);
}

function ambiguousPosts({ faults }: SentEvent, client: number, history: History): number {
  return faults.filter((fault) => AMBIGUOUS.has(fault.kind) && history.clientOf(fault) === client).length;
}

/**
 * A packet that is logged just before a client recovers, and whose recipients are read just
 * after, comes twice.
 */
function isInRecovery(
  { handled }: SentEvent,
  client: number,
  copies: readonly EntryOf<"got">[],
  history: History,
): boolean {
  const links = new Set(copies.map(({ link }) => link));
  return history
    .sessionsOf(client)
    .flatMap((session) => session.gaps.filter((_, index) => links.has(session.links[index + 1] ?? "")))
    .some(({ to }) => handled.some(({ at }) => at > to - SETTLED_MS && at < to));
}
