/** Journals made up for the checker: a few words for what clients and handlers did, one after another. */
import { check } from "./check/check.js";
import type { Broken, PromiseName } from "./check/promise.js";
import {
  type AnyEntry,
  type ClientKind,
  type Entry,
  type EventName,
  eventId,
  linkName,
  type Manner,
  type Marks,
} from "./entry.js";
import type { Leftovers } from "./leftovers.js";
import type { Order } from "./options.js";

const STEP_MS = 10;
const NOTHING_LEFT: Leftovers = { owned: new Map(), notes: new Map(), immortal: [] };
const MB = 2 ** 20;

export class Story {
  readonly #entries: Entry[] = [];
  readonly #links = new Map<number, number>();
  readonly #events = new Map<number, number>();
  #at = 0;
  leftovers: Leftovers = NOTHING_LEFT;
  rssBytes: readonly number[] = [100 * MB, 100 * MB, 100 * MB];

  add(entry: AnyEntry): void {
    this.#at += STEP_MS;
    this.#entries.push({ ...entry, at: this.#at });
  }

  wait(ms: number): void {
    this.#at += ms;
  }

  /** A client that is connected. */
  client(client: number, kind: ClientKind = "socket.io"): number {
    this.add({ type: "client", client, kind });
    this.connect(client);
    return client;
  }

  connect(client: number, recovered = false): void {
    this.letIn(client, recovered);
    this.open(client, recovered);
  }

  /** The server lets a client in, which does not know it yet. */
  letIn(client: number, recovered = false): void {
    const next = (this.#links.get(client) ?? 0) + 1;
    this.#links.set(client, next);
    const link = linkName(client, next);
    this.add({ type: "connection", link, connectionId: `id of ${link}`, recovered });
  }

  open(client: number, recovered = false): void {
    this.add({ type: "opened", client, link: this.link(client), recovered, by: "websocket" });
  }

  link(client: number): string {
    return linkName(client, this.#links.get(client) ?? 0);
  }

  /** The client loses its connection. */
  lose(client: number): void {
    this.add({ type: "closed", client, link: this.link(client), reason: "transport close" });
  }

  /** The `disconnect` handler runs. */
  disconnected(client: number): void {
    const link = this.link(client);
    this.add({ type: "disconnect", link, connectionId: `id of ${link}`, reason: "transport close" });
  }

  send(client: number, event: EventName, room: string | null = null, manner: Manner = "once"): string {
    const next = (this.#events.get(client) ?? 0) + 1;
    this.#events.set(client, next);
    const id = eventId(client, next);
    this.add({ type: "sent", client, link: this.link(client), id, event, room, manner });
    return id;
  }

  /** `marks`: what the handler finds. */
  handle(client: number, id: string, marks: Marks = {}): void {
    this.add({ type: "handled", link: this.link(client), id, marks });
  }

  ack(client: number, id: string): void {
    this.add({ type: "acked", client, id });
  }

  /** Sent, handled and acked. */
  call(client: number, event: EventName, room: string | null = null): string {
    const id = this.send(client, event, room, "ack");
    this.handle(client, id);
    this.ack(client, id);
    return id;
  }

  /** The client gets what that event has broadcast. */
  get(client: number, id: string, offset?: string): void {
    this.add({ type: "got", client, link: this.link(client), id, offset });
  }

  /** A fault strikes a client's connection, and events of these ids. */
  fault(kind: string, client: number, ...ids: string[]): void {
    const connectionId = `id of ${this.link(client)}`;
    this.add({ type: "fault", kind, connectionId, operation: undefined, ids });
  }

  /** The run has calmed down, and everybody leaves. */
  end(): this {
    this.wait(60_000);
    this.add({ type: "phase", phase: "quiet" });
    const ended = new Set(this.#entries.flatMap((entry) => (entry.type === "disconnect" ? entry.link : [])));
    for (const client of this.#links.keys()) if (!ended.has(this.link(client))) this.disconnected(client);
    return this;
  }

  verdict(order: Order = "concurrent") {
    return check({ order, entries: this.#entries, leftovers: this.leftovers, rssBytes: this.rssBytes });
  }

  broken(order?: Order): readonly Broken[] {
    return this.verdict(order).broken;
  }

  /** The names of the broken promises. */
  promises(order?: Order): PromiseName[] {
    return [...new Set(this.broken(order).map(({ promise }) => promise))];
  }
}
