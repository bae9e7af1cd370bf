/**
 * A GET of a client that polls: it waits until there is something for the client, and takes it.
 *
 * Guaranteed, whichever environments answer: each packet arrives once and in its sender's order, also where a
 * browser or CloudFront repeats a GET, or the answer to one is lost. The `t` of the query makes a repeated
 * GET the same GET: the answer to it is given again, and packets are removed only when the next one shows
 * that it has arrived. (docs/decisions/long-polling.md)
 *
 * Cost: 1 read and 1 write; where it waits, half a read for each look (`pauseMs`) and 1 read more; and for
 * the packets of the answer before, 1 write each.
 */
import { CLOSE_FRAME, NOOP_FRAME } from "../protocol/engine-io.js";
import {
  markOf,
  type PollingMode,
  type PollingSession,
  type PollingState,
  type PollingStore,
} from "../store/polling-store.js";

export type Answer =
  | ({ readonly kind: "frames"; readonly frames: readonly string[] } & Dress)
  /** Nobody knows the session, or it is closed. */
  | { readonly kind: "unknown"; readonly headers?: PollingState["headers"] }
  /** It has upgraded. */
  | { readonly kind: "upgraded"; readonly headers: PollingState["headers"] }
  /** Another GET of the client was later, or it was answered long ago. */
  | { readonly kind: "overtaken"; readonly headers: PollingState["headers"] };

/** What of the state says how an answer looks. */
type Dress = Pick<PollingState, "headers" | "compressFrom">;

export interface HoldOptions {
  /** What names this GET. */
  readonly turn: string;
  /** How long it waits at most, in milliseconds. */
  readonly holdMs: number;
  /** The client has not upgraded in time: it stays with polling. */
  readonly settle: () => Promise<void>;
  /** The session has ended by itself. */
  readonly expire: () => Promise<void>;
  readonly pause: (ms: number) => Promise<unknown>;
  readonly now: () => number;
}

/**
 * A client that may upgrade opens its WebSocket at once: three round trips, and a cold start of `$connect`.
 * A later one stays with polling, which costs more than a client that only polls minds waiting. One that
 * has opened it has 10 s, as upstream (`upgradeTimeout`, engine.io 6.6 `server.ts`).
 */
export const PROBE_GRACE_MS = 2_000;
export const UPGRADE_TIMEOUT_MS = 10_000;

/**
 * API Gateway closes a WebSocket after two hours, and what is stored of a connection is made for that; so a
 * session by polling ends then, too (`aws-facts.md` §4).
 */
const MAX_SESSION_MS = 2 * 60 * 60 * 1000;

/**
 * The event that decides gets the bodies that were kept, also where the table is asked again. No invocation
 * takes so long.
 */
export const KEPT_AFTER_DECISION_MS = 30_000;

/**
 * So many packets has an answer: their keys stand in the session, which each look reads, and the next GET
 * removes them before it is answered.
 */
const MAX_PACKETS = 500;

/** So many packets are known when they come back. */
const REMEMBERED_PACKETS = 64;

/** So many answered GETs are known. A client has one at a time; only a repeated one comes late. */
const REMEMBERED_TURNS = 32;

/**
 * How long until the next look: what comes, mostly comes soon (an answer to what was just posted). A
 * WebSocket that is being tried waits for this GET to end, and one that will be is mostly there at once.
 */
export function pauseMs(waitedMs: number, { mode, probe }: PollingState): number {
  if (mode === "deciding" && waitedMs < 1_000) {
    if (waitedMs < 50) return waitedMs < 20 ? 5 : 10;
    return waitedMs < 150 || probe !== undefined ? 20 : 120;
  }
  if (waitedMs < 1_000) return 50;
  if (waitedMs < 3_000) return 100;
  if (waitedMs < 10_000) return 250;
  return 500;
}

/** The client may upgrade no more. */
export function isGraceOver({ startedAt, mayUpgrade, probe }: PollingState, now: number): boolean {
  if (!mayUpgrade) return true;
  return now - startedAt > (probe === undefined ? PROBE_GRACE_MS : UPGRADE_TIMEOUT_MS);
}

export async function hold(store: PollingStore, sid: string, options: HoldOptions): Promise<Answer> {
  let began: PollingState | undefined;
  for (;;) {
    const found = await store.look(sid);
    if (!found) return { kind: "unknown" };
    const known = answerKnown(found, options.turn);
    if (known) return known;
    const { state } = found;
    began ??= state;
    // While it waited, the client has been answered, and has gone on: nobody reads this one any more. It may
    // be older than all that are remembered.
    if (state.turn !== began.turn) return { kind: "overtaken", headers: state.headers };
    // They have arrived. Removed before the answer counts: a row that is left would be sent again.
    const hasArrived = arrivedIn(found.state);
    await store.remove(sid, found.packets.map(({ key }) => key).filter(hasArrived));
    const answer = await new Wait(store, sid, found, hasArrived, options).answer();
    if (answer) return answer;
  }
}

/** What needs no waiting: the session is over, or the GET was answered before. */
function answerKnown({ state, packets }: PollingSession, turn: string): Answer | undefined {
  const { mode, headers } = state;
  if (mode === "closed") return { kind: "unknown", headers };
  if (mode === "websocket") return { kind: "upgraded", headers };
  if (state.turn === turn) {
    const batch = new Set(state.batch);
    return framesAnswer(state, framesOf(packets.filter(({ key }) => batch.has(key))));
  }
  return state.past.includes(turn) ? { kind: "overtaken", headers } : undefined;
}

/** One GET that waits, from the state that it has found. */
class Wait {
  readonly #startedMs: number;
  #hasSettled = false;

  constructor(
    private readonly store: PollingStore,
    private readonly sid: string,
    private readonly first: PollingSession,
    private readonly hasArrived: (key: string) => boolean,
    private readonly options: HoldOptions,
  ) {
    this.#startedMs = options.now();
  }

  /** `undefined` where the answer did not count: the state has to be looked at anew. */
  async answer(): Promise<Answer | undefined> {
    const { store, sid } = this;
    let seen: PollingSession | undefined = this.first;
    if (this.#hasNews(seen)) return this.#take(seen);
    for (;;) {
      await this.#settle(seen.state);
      await this.options.pause(pauseMs(this.#waitedMs, seen.state));
      seen = await store.look(sid, true);
      if (seen && this.#hasClosed(seen)) return framesAnswer(seen.state, [NOOP_FRAME]);
      if (!seen || !this.#isOurs(seen)) return undefined;
      if (!this.#mayEnd(seen)) continue;
      // Before its transport is known a session has no packets: there is nothing that a late look may lack.
      if (this.#hasToPause(seen)) return this.#take(seen);
      // Consistently: a look that is a second old may show a packet and lack the one before.
      const found = await store.look(sid);
      return found && this.#isOurs(found) ? this.#take(found) : undefined;
    }
  }

  get #waitedMs(): number {
    return this.options.now() - this.#startedMs;
  }

  /** No other GET has been answered meanwhile, and there is no other transport. */
  #isOurs({ state: { turn, mode } }: PollingSession): boolean {
    return turn === this.first.state.turn && (mode === "closing" || OPEN_MODES.has(mode));
  }

  /** The client has closed it while this GET waited. */
  #hasClosed({ state: { turn, mode } }: PollingSession): boolean {
    return turn === this.first.state.turn && mode === "closed";
  }

  #hasNews({ state, packets }: PollingSession): boolean {
    return state.mode === "closing" || packets.some(({ key }) => !this.hasArrived(key));
  }

  #mayEnd(seen: PollingSession): boolean {
    return this.#hasNews(seen) || this.#hasToPause(seen) || this.#waitedMs >= this.options.holdMs;
  }

  /** The WebSocket works, and its client waits for this GET to end. */
  #hasToPause({ state: { mode, isProbed } }: PollingSession): boolean {
    return isProbed && mode === "deciding";
  }

  /** Once, where the time to upgrade is over. */
  async #settle(state: PollingState): Promise<void> {
    if (this.#hasSettled || state.mode !== "deciding" || !isGraceOver(state, this.options.now())) return;
    this.#hasSettled = true;
    await this.options.settle();
  }

  async #take({ state, packets }: PollingSession): Promise<Answer | undefined> {
    const { store, sid } = this;
    const { turn: after } = state;
    const fresh = packets.filter(({ key }) => !this.hasArrived(key)).slice(0, MAX_PACKETS);
    const keys = fresh.map(({ key }) => key);
    // Behind the packets, in an answer of its own, as upstream: a client handles a close packet at once, and
    // what stands before it in the same answer a turn later (socket.io-client 4.8 `manager.ts`).
    if (state.mode === "closing" && fresh.length === 0) {
      await store.close(sid, "closed");
      return framesAnswer(state, [CLOSE_FRAME]);
    }
    if (state.mode !== "closing" && this.options.now() - state.startedAt > MAX_SESSION_MS) {
      await store.close(sid, "closing");
      await this.options.expire();
      return undefined;
    }
    const past = [...state.past, ...(after === undefined ? [] : [after])].slice(-REMEMBERED_TURNS);
    const delivered = [...state.delivered, ...keys.map(markOf)].slice(-REMEMBERED_PACKETS);
    const { turn, now } = this.options;
    const { decidedAt = Number.POSITIVE_INFINITY } = state;
    const withoutBodies = now() - decidedAt > KEPT_AFTER_DECISION_MS;
    const commit = { after, turn, past, batch: keys, delivered, withoutBodies };
    if (!(await store.commit(sid, commit))) return undefined;
    return framesAnswer(state, framesOf(fresh));
  }
}

const OPEN_MODES: ReadonlySet<PollingMode> = new Set(["deciding", "polling"]);

function framesAnswer({ headers, compressFrom }: Dress, frames: readonly string[]): Answer {
  return { kind: "frames", frames, headers, compressFrom };
}

/** Which packets the client has: those of the answer before, and those before that have been put back. */
function arrivedIn({ batch, delivered }: PollingState): (key: string) => boolean {
  const [keys, marks] = [new Set(batch), new Set(delivered)];
  return (key) => keys.has(key) || marks.has(markOf(key));
}

function framesOf(packets: PollingSession["packets"]): readonly string[] {
  return packets.length > 0 ? packets.flatMap(({ frames }) => frames) : [NOOP_FRAME];
}
