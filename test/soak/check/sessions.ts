/**
 * Socket.IO's sessions as their clients saw them: from a `connect` that recovered nothing, over losses that
 * were recovered, to the loss that was not. And in which rooms they were in that time: surely, from the ack
 * of `join` to the call of `leave`, and possibly, from the call of `join` to the ack of `leave`.
 */
import type { Entry, EntryOf } from "../entry.js";

export interface Interval {
  readonly from: number;
  to: number;
}

export interface Session {
  readonly client: number;
  readonly links: string[];
  readonly openedAt: number;
  /** Infinity for one that was there until the end. */
  endedAt: number;
  /** Losses that the client has recovered from. */
  readonly gaps: Interval[];
  readonly rooms: Map<string, Membership>;
}

export interface Membership {
  readonly sure: Interval[];
  readonly possible: Interval[];
  /** A `join` or `leave` whose fate is unknown: from then on nothing is sure. */
  isUnsure: boolean;
  /** Id of the last call, until it is acked. */
  pending: EntryOf<"sent"> | undefined;
}

const END = Number.POSITIVE_INFINITY;

export function sessionsOf(entries: readonly Entry[]): Session[] {
  const quietAt = entries.find((entry) => entry.type === "phase" && entry.phase === "quiet")?.at ?? END;
  const seen = entries.filter(({ at }) => at <= quietAt);
  const gone = new Map(
    seen.flatMap((entry) => (entry.type === "disconnect" ? [[entry.link, entry.at] as const] : [])),
  );
  const back = new Map(
    seen.flatMap((entry) => (entry.type === "connection" ? [[entry.link, entry.at] as const] : [])),
  );
  const clients = new Map<number, ClientSessions>();
  for (const entry of seen) {
    if (!("client" in entry)) continue;
    let client = clients.get(entry.client);
    if (!client) {
      client = new ClientSessions(entry.client, { gone, back });
      clients.set(entry.client, client);
    }
    client.read(entry);
  }
  return [...clients.values()].flatMap((client) => client.end());
}

/** When handlers saw a connection begin and end, which may be long before its client notices. By link. */
interface HandlersView {
  readonly back: ReadonlyMap<string, number>;
  readonly gone: ReadonlyMap<string, number>;
}

class ClientSessions {
  readonly #sessions: Session[] = [];
  /** Calls of a client that sends again: they may take effect in a later session. */
  readonly #pending = new Map<string, EntryOf<"sent">>();
  #current: Session | undefined;
  #closedAt: number | undefined;

  constructor(
    private readonly client: number,
    private readonly handlers: HandlersView,
  ) {}

  read(entry: Extract<Entry, { readonly client: number }>): void {
    switch (entry.type) {
      case "opened":
        this.#open(entry);
        return;
      case "closed":
        // A client also tells of an attempt that failed.
        if (this.#current?.links.at(-1) === entry.link) this.#closedAt ??= entry.at;
        return;
      case "sent":
        if (entry.event === "join" || entry.event === "leave") this.#call(entry);
        return;
      case "acked":
        this.#answer(entry);
    }
  }

  end(): Session[] {
    const last = this.#current?.links.at(-1);
    const goneAt = last === undefined ? undefined : this.handlers.gone.get(last);
    if (this.#closedAt !== undefined || goneAt !== undefined) this.#endCurrent();
    return this.#sessions;
  }

  #open({ link, recovered, at }: EntryOf<"opened">): void {
    const current = this.#current;
    // The packet that says so may come twice.
    if (current?.links.at(-1) === link) return;
    if (recovered && current) {
      const lastLink = current.links.at(-1) ?? "";
      const { gone, back } = this.handlers;
      current.gaps.push({
        from: Math.min(this.#closedAt ?? at, gone.get(lastLink) ?? at),
        to: Math.min(at, back.get(link) ?? at),
      });
      current.links.push(link);
    } else {
      this.#endCurrent();
      this.#current = {
        client: this.client,
        links: [link],
        openedAt: at,
        endedAt: END,
        gaps: [],
        rooms: new Map(),
      };
      this.#sessions.push(this.#current);
      for (const call of this.#pending.values()) this.#begin(call, at);
    }
    this.#closedAt = undefined;
  }

  #endCurrent(): void {
    const session = this.#current;
    if (!session) return;
    const lastLink = session.links.at(-1) ?? "";
    session.endedAt = Math.min(this.#closedAt ?? END, this.handlers.gone.get(lastLink) ?? END);
    for (const { sure, possible } of session.rooms.values()) {
      for (const interval of [...sure, ...possible]) interval.to = Math.min(interval.to, session.endedAt);
    }
  }

  #call(sent: EntryOf<"sent">): void {
    if (sent.manner === "retries") this.#pending.set(sent.id, sent);
    this.#begin(sent, sent.at);
  }

  #begin(sent: EntryOf<"sent">, at: number): void {
    if (!this.#current || sent.room === null) return;
    const membership = membershipOf(this.#current, sent.room);
    if (membership.pending) membership.isUnsure = true;
    membership.pending = sent;
    if (sent.event === "leave") endLast(membership.sure, at);
    else if (membership.possible.at(-1)?.to !== END) membership.possible.push({ from: at, to: END });
  }

  #answer({ id, at }: EntryOf<"acked">): void {
    this.#pending.delete(id);
    for (const membership of this.#current?.rooms.values() ?? []) {
      const call = membership.pending;
      if (call?.id !== id) continue;
      membership.pending = undefined;
      if (membership.isUnsure) return;
      if (call.event === "leave") endLast(membership.possible, at);
      else if (membership.sure.at(-1)?.to !== END) membership.sure.push({ from: at, to: END });
    }
  }
}

function membershipOf(session: Session, room: string): Membership {
  let membership = session.rooms.get(room);
  if (!membership) {
    membership = { sure: [], possible: [], isUnsure: false, pending: undefined };
    session.rooms.set(room, membership);
  }
  return membership;
}

function endLast(intervals: readonly Interval[], at: number): void {
  const last = intervals.at(-1);
  if (last?.to === END) last.to = at;
}
