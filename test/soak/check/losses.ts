/** Whom each broadcast owed a copy, and who never got one. */
import { type History, isStruck, type SentEvent } from "./history.js";
import { wasOvertaken } from "./overtaking.js";
import type { Broken } from "./promise.js";
import type { Interval, Session } from "./sessions.js";
import { SETTLED_MS } from "./settled.js";
import { tell } from "./words.js";

export interface Losses {
  readonly broken: readonly Broken[];
  /** Pairs of broadcast and member that was there throughout. */
  readonly owed: number;
  /** Of those owed, what was handled while the client was away. */
  readonly owedAcrossLosses: number;
  readonly lost: number;
  /** Of those lost, what `overtaking.ts` speaks of. */
  readonly lostByOvertaking: number;
}

/** A loss is noticed later than it happens. */
const GAP_MARGIN_MS = 1_000;

/**
 * Of what was owed across losses, what may be lost for having been overtaken: more of it is no coincidence.
 */
const OVERTAKEN_SHARE = 0.005;
const OVERTAKEN_LEAST = 3;

export function checkLosses(history: History): Losses {
  const broken: Broken[] = [];
  let [owed, owedAcrossLosses, lost, lostByOvertaking] = [0, 0, 0, 0];
  const sessionsByLink = byLink(history.sessions);
  for (const event of history.broadcasts) {
    if (isStruck(event)) continue;
    const ownSession = sessionsByLink.get(event.handled.at(-1)?.link ?? "");
    const sessions = event.event === "echo" ? [ownSession ?? []].flat() : history.sessions;
    for (const session of owedTo(event, sessions)) {
      owed++;
      const isGap = session.gaps.some((gap) => isWhile(event, gap));
      if (isGap) owedAcrossLosses++;
      if (event.got.has(session.client)) continue;
      lost++;
      if (wasOvertaken(event, session, history.cameBackWith)) {
        lostByOvertaking++;
        continue;
      }
      const what = `${tell(event)} never reached client ${session.client} (${session.links.join(", ")})`;
      broken.push({ promise: isGap ? "recovery" : "broadcast", what });
    }
  }
  if (lostByOvertaking > Math.max(OVERTAKEN_LEAST, owedAcrossLosses * OVERTAKEN_SHARE)) {
    const what = `${lostByOvertaking} overtaken packets were lost, of ${owedAcrossLosses} owed across losses`;
    broken.push({ promise: "recovery", what });
  }
  return { broken, owed, owedAcrossLosses, lost, lostByOvertaking };
}

function byLink(sessions: readonly Session[]): ReadonlyMap<string, Session> {
  return new Map(sessions.flatMap((session) => session.links.map((link) => [link, session] as const)));
}

function* owedTo(event: SentEvent, sessions: readonly Session[]): Iterable<Session> {
  const handled = event.handled.at(-1);
  if (!handled) return;
  const isThroughout = ({ from, to }: Interval) => from < event.at && to > handled.at + SETTLED_MS;
  for (const session of sessions) {
    if (event.event === "others" && session.client === event.client) continue;
    const isMember =
      event.room === null
        ? isThroughout({ from: session.openedAt, to: session.endedAt })
        : (session.rooms.get(event.room)?.sure.some(isThroughout) ?? false);
    if (isMember) yield session;
  }
}

function isWhile({ handled }: SentEvent, { from, to }: Interval): boolean {
  return handled.some(({ at }) => at > from - GAP_MARGIN_MS && at < to + GAP_MARGIN_MS);
}
