/** The journal, indexed: who sent what, who handled it, who got it, and what struck on the way. */

import { type ClientKind, clientOf, type Entry, type EntryOf, type EventName } from "../entry.js";
import { groupBy } from "../group-by.js";
import { lastOffsets } from "./overtaking.js";
import { type Session, sessionsOf } from "./sessions.js";

export interface SentEvent extends EntryOf<"sent"> {
  readonly handled: readonly EntryOf<"handled">[];
  /** By client. */
  readonly got: ReadonlyMap<number, readonly EntryOf<"got">[]>;
  readonly isAcked: boolean;
  readonly faults: readonly EntryOf<"fault">[];
}

const BROADCASTS = new Set<EventName>(["say", "others", "all", "echo"]);

export class History {
  readonly kinds: ReadonlyMap<number, ClientKind>;
  readonly events: readonly SentEvent[];
  readonly #sessions: ReadonlyMap<number, readonly Session[]>;
  readonly #byId: ReadonlyMap<string, SentEvent>;
  /** Those that clients are to get something of. */
  readonly broadcasts: readonly SentEvent[];
  readonly sessions: readonly Session[];
  /** By connection: when its client noticed its end, or said it. */
  readonly closedAt: ReadonlyMap<string, number>;
  /**
   * What came before its connection was open for the client: it was sent in the moment in which the server
   * let the client in. A `socket.io-client` keeps it until it is connected, if need be by another connection.
   */
  readonly early: ReadonlySet<EntryOf<"got">>;
  /** By recovered connection: the offset with which its client asked for what it had missed. */
  readonly cameBackWith: ReadonlyMap<string, string>;
  /** What handlers told, and faults, in order. */
  readonly connections: readonly EntryOf<"connection">[];
  readonly disconnects: readonly EntryOf<"disconnect">[];
  readonly handled: readonly EntryOf<"handled">[];
  readonly answered: readonly EntryOf<"answered">[];
  readonly greeted: readonly EntryOf<"greeted">[];
  readonly closed: readonly EntryOf<"closed">[];
  readonly torn: readonly EntryOf<"torn">[];
  readonly faults: readonly EntryOf<"fault">[];
  /** Links by connection id. */
  readonly links: ReadonlyMap<string, string>;

  constructor(readonly entries: readonly Entry[]) {
    const of = <T extends Entry["type"]>(type: T) =>
      entries.filter((entry): entry is EntryOf<T> => entry.type === type);
    this.kinds = new Map(of("client").map(({ client, kind }) => [client, kind]));
    this.connections = of("connection");
    this.disconnects = of("disconnect");
    this.handled = of("handled");
    this.answered = of("answered");
    this.greeted = of("greeted");
    this.closed = of("closed");
    this.torn = of("torn");
    this.faults = of("fault");
    this.links = new Map(this.connections.map(({ connectionId, link }) => [connectionId, link]));
    this.closedAt = new Map(this.closed.map(({ link, at }) => [link, at]));
    this.early = earlyOnes(entries);
    this.sessions = sessionsOf(entries);
    this.#sessions = groupBy(this.sessions, ({ client }) => client);
    this.cameBackWith = lastOffsets(entries, this.sessions);

    const handled = groupBy(this.handled, ({ id }) => id);
    const got = groupBy(of("got"), ({ id }) => id);
    const acked = new Set(of("acked").map(({ id }) => id));
    const faults = new Map<string, EntryOf<"fault">[]>();
    for (const fault of this.faults) {
      for (const id of fault.ids) faults.set(id, [...(faults.get(id) ?? []), fault]);
    }
    this.events = of("sent").map((sent) => ({
      ...sent,
      handled: handled.get(sent.id) ?? [],
      got: groupBy(got.get(sent.id) ?? [], ({ client }) => client),
      isAcked: acked.has(sent.id),
      faults: faults.get(sent.id) ?? [],
    }));
    this.broadcasts = this.events.filter(({ event }) => BROADCASTS.has(event));
    this.#byId = new Map(this.events.map((event) => [event.id, event]));
  }

  sessionsOf(client: number): readonly Session[] {
    return this.#sessions.get(client) ?? [];
  }

  event(id: string): SentEvent | undefined {
    return this.#byId.get(id);
  }

  /** Connected when the run had calmed down. */
  isThereAtTheEnd(client: number): boolean {
    return this.sessionsOf(client).some(({ endedAt }) => endedAt === Number.POSITIVE_INFINITY);
  }

  /** Of a fault: the client whose connection it struck. */
  clientOf({ connectionId }: EntryOf<"fault">): number | undefined {
    const link = connectionId === undefined ? undefined : this.links.get(connectionId);
    return link === undefined ? undefined : clientOf(link);
  }
}

function earlyOnes(entries: readonly Entry[]): ReadonlySet<EntryOf<"got">> {
  const open = new Set<string>();
  const early = new Set<EntryOf<"got">>();
  for (const entry of entries) {
    if (entry.type === "opened") open.add(entry.link);
    else if (entry.type === "got" && !open.has(entry.link)) early.add(entry);
  }
  return early;
}

/** The invocation itself was struck: what it had done stands, what it had not is lost. */
export function isStruck({ faults }: SentEvent): boolean {
  return faults.some(({ kind }) => kind === "kill");
}
