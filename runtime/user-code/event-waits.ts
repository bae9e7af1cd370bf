/**
 * What an event waits for that its client alone can end: an ack that it owes, a packet that has overtaken
 * another; and an ack that a handler may never give. While an event waits it holds an environment, and a
 * client may send any number of them. So of one client a few events wait for long at once
 * (`maxWaitingEvents`), and those beyond end.
 *
 * A wait that is over soon costs nothing. One that is not notes itself in the connection's item, which every
 * event reads anyhow: so the next events of that client know without a read how many there are.
 *
 * Price: 2 writes of the connection's item for an event that waits for long.
 */
import { randomUUID } from "node:crypto";
import { type Pause, pause } from "../async/pause.js";
import { poll } from "../async/poll.js";
import type { Connection } from "../connection/connection.js";
import { currentScope, type Scope } from "../connection/scope.js";
import { WaitLimitError } from "../errors.js";
import { reportError, warnOnce } from "../log/log.js";
import type { PendingWork } from "./pending-work.js";

/** Nearly all acks of clients come sooner. */
const NOTED_AFTER_MS = 500;

/** No event lives longer, so a note that is older belongs to an environment that has died. */
const LONGEST_MS = 30_000;

export interface WaitOptions {
  /**
   * When the wait counts as long, in milliseconds: 0 where few clients ever have cause for one. @default 500
   */
  readonly notedAfterMs?: number;
  /**
   * It may take so long even where others wait already, in milliseconds: what is waited for is not the
   * client's.
   * @default 0
   */
  readonly leastMs?: number;
}

const waitsOfEvent = new WeakMap<PendingWork, EventWaits>();

export function waitsOf({ work, connection }: Pick<Scope, "work" | "connection">): EventWaits {
  const waits = waitsOfEvent.get(work) ?? new EventWaits(connection);
  waitsOfEvent.set(work, waits);
  return waits;
}

/**
 * Looks until a look finds something, in an event of a client. Resolves with `undefined` when the time is
 * over, or the event is not to wait any longer. Pauses double from 25 ms to 400 ms.
 */
export async function lookWithin<T>(
  withinMs: number,
  look: () => Promise<T | undefined>,
  options?: WaitOptions,
): Promise<T | undefined> {
  const scope = currentScope();
  const waits = scope && waitsOf(scope);
  const isOver = async () => {
    // A wait that counts as long from its start looks again only when it is known that it may.
    if (options?.notedAfterMs === 0) await waits?.noted;
    return waits?.isOver;
  };
  const looking = poll(look, { ...PAUSES, withinMs, isOver });
  waits?.until(looking, options).catch(() => {}); // the caller hears of it
  return looking;
}

const PAUSES = { pauseMs: 25, longestPauseMs: 400 };

/** The event is over, and so is what it still waits for. */
export async function leaveWaits(work: PendingWork): Promise<void> {
  await waitsOfEvent.get(work)?.leave();
}

export class EventWaits {
  readonly #pauses = new Set<Pause>();
  #hasLeft = false;
  #stopped: () => void = () => {};
  readonly #isStopped = new Promise<void>((resolve) => {
    this.#stopped = resolve;
  });
  /** What is waited for just now. */
  #open = 0;
  #noting: Promise<void> | undefined;
  #notes: readonly string[] = [];
  #isOver = false;

  constructor(private readonly connection: Connection) {}

  /**
   * As many events of the client wait as may. This one must not do anything that takes time.
   */
  get isRefused(): boolean {
    return this.#isBounded && live(this.connection.stored.waiting ?? []).length >= this.#limit;
  }

  /** The event is not to wait any longer. */
  get isOver(): boolean {
    return this.#isOver || this.isRefused;
  }

  /** Resolves when the wait that is noted just now, if any, has been: it is known whether it may go on. */
  get noted(): Promise<void> {
    return this.#noting ?? Promise.resolve();
  }

  /** Resolves as `wait` does, or when the event is not to wait any longer. Rejects when `wait` does. */
  async until(
    wait: Promise<unknown>,
    { notedAfterMs = NOTED_AFTER_MS, leastMs = 0 }: WaitOptions = {},
  ): Promise<"ended" | "too many"> {
    const ended = wait.then(() => "ended" as const);
    if (!this.#isBounded) return ended;
    ended.catch(() => {});
    if (this.isOver) {
      if (leastMs === 0) return "too many";
      return Promise.race([ended, this.#pause(leastMs).then(() => this.#refuse())]);
    }
    this.#open++;
    this.#noting ??= this.#note(notedAfterMs);
    try {
      return await Promise.race([ended, this.#isStopped.then(() => "too many" as const)]);
    } finally {
      this.#open--;
    }
  }

  /** A client that floods must not fill the log, too. */
  #refuse(): "too many" {
    if (!this.#hasLeft) warnOnce(new WaitLimitError(this.#limit).message);
    return "too many";
  }

  async leave(): Promise<void> {
    this.#hasLeft = true;
    for (const one of this.#pauses) one.end();
    await this.#noting;
    if (this.#notes.length === 0) return;
    const { backend, id } = this.connection;
    await backend.connections
      .dropWaiting(id, this.#notes)
      .catch((error: unknown) => reportError("store", error, `a note of ${id}`));
  }

  /** In ordered mode a client has one event at a time. */
  get #isBounded(): boolean {
    return !this.connection.isInTurn;
  }

  get #limit(): number {
    return this.connection.runtime.maxWaitingEvents;
  }

  /** Ends with the event. */
  async #pause(ms: number): Promise<"late" | "early"> {
    if (this.#hasLeft) return "early";
    const one = pause(ms);
    this.#pauses.add(one);
    const how = await one.over;
    this.#pauses.delete(one);
    return how;
  }

  async #note(afterMs: number): Promise<void> {
    if ((await this.#pause(afterMs)) === "early") return;
    if (this.#open === 0) {
      this.#noting = undefined; // the next wait starts again
      return;
    }
    const { backend, id } = this.connection;
    const own = `${Date.now() + LONGEST_MS} ${randomUUID()}`;
    try {
      const all = await backend.connections.noteWaiting(id, own);
      if (!all) return this.#stop(); // the client has left
      const others = [...all].filter((note) => note !== own);
      const waiting = live(others);
      this.#notes = [own, ...others.filter((note) => !waiting.includes(note))];
      if (waiting.length < this.#limit) return;
      reportError("deadline", new WaitLimitError(this.#limit), `an event of ${id}`);
      this.#stop();
    } catch (error) {
      reportError("store", error, `noting a wait of ${id}`);
    }
  }

  #stop(): void {
    this.#isOver = true;
    this.#stopped();
  }
}

/** A note begins with the time, in epoch milliseconds, at which its event is over for certain. */
function live(notes: Iterable<string>): string[] {
  return [...notes].filter((note) => Number(note.split(" ")[0]) > Date.now());
}
