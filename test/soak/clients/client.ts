/** One client: does what its generator says, and keeps the journal of what it sent and got. */
import { setTimeout as delay } from "node:timers/promises";
import { type Random, random } from "../../../tools/simulate/random.js";
import { type ClientKind, type EventName, eventId, linkName, type Manner } from "../entry.js";
import { isWhole } from "../habits.js";
import type { Journal } from "../journal.js";
import { type Action, type Habits, nextAction } from "./actions.js";
import { kindOf, transportsOf } from "./kinds.js";
import { plainSpeaker } from "./plain-speaker.js";
import { RETRIES, socketIoSpeaker } from "./socket-io-speaker.js";
import type { Door, Ear, Speaker } from "./speaker.js";

export interface ClientOptions {
  readonly seed: number;
  readonly habits: Habits;
  /** Actions of this client in a second, in the mean. */
  readonly perSecond: number;
  readonly door: Omit<Door, "transports">;
  readonly journal: Journal;
  /** Loses a connection as the network would. */
  readonly drop: (connectionId: string) => void;
}

const BURST = 5;

export class Client {
  readonly #kind: ClientKind;
  readonly #random: Random;
  readonly #speaker: Speaker;
  readonly #unacked = new Set<string>();
  #links = 0;
  #events = 0;

  constructor(
    private readonly client: number,
    private readonly options: ClientOptions,
  ) {
    this.#kind = kindOf(client);
    // Neighbouring seeds give this generator unrelated numbers.
    this.#random = random(options.seed * 1_000_003 + client);
    this.#speaker = this.#speak({ ...options.door, transports: transportsOf(client) });
    options.journal.add({ type: "client", client, kind: this.#kind });
  }

  get isConnected(): boolean {
    return this.#speaker.isConnected;
  }

  /** Events that are sent again until they are acked, and are not acked yet. */
  get owedAcks(): number {
    return this.#unacked.size;
  }

  connect(): void {
    this.#speaker.connect();
  }

  /** Lives until the signal says to stop. */
  async live(stop: AbortSignal): Promise<void> {
    const { perSecond, habits } = this.options;
    while (!stop.aborted) {
      await delay(this.#random.gapMs(perSecond), undefined, { signal: stop }).catch(() => {});
      if (!stop.aborted) this.#act(nextAction(this.#random, habits), stop);
    }
  }

  /** A last word: it finds out whether the server still knows this connection. */
  ask(): void {
    this.#emit("ask", null, true);
  }

  /** Leaves for good: with a goodbye, or lost by the network. */
  leave(): void {
    if (this.#random.next() < 0.5) {
      if (this.#speaker.vanish) this.#speaker.vanish();
      else this.#lose();
      // The client's own reconnection would bring it back.
      setTimeout(() => this.#speaker.disconnect(), 50);
    } else {
      this.#speaker.disconnect();
    }
  }

  #lose(): void {
    const { drop, journal } = this.options;
    const connectionId = journal.connectionIds.get(this.#speaker.link);
    if (this.#speaker.lose) this.#speaker.lose(this.#random.next() < 0.5 ? "all" : "answer");
    else if (connectionId !== undefined) drop(connectionId);
  }

  #act(action: Action, stop: AbortSignal): void {
    switch (action.kind) {
      case "emit":
        this.#emit(action.event, action.room, action.withAck);
        return;
      case "burst":
        for (let n = 0; n < BURST; n++) this.#emit("note", null, false);
        return;
      case "drop":
        if (this.#speaker.isConnected) this.#lose();
        return;
      case "close":
        if (this.#speaker.isConnected) this.#speaker.closeSocket();
        return;
      case "offline":
        if (this.#speaker.isConnected) this.#speaker.stayAway(action.awayMs);
        return;
      case "goodbye":
        if (this.#speaker.isConnected) void this.#goAway(action.awayMs, stop);
        return;
    }
  }

  async #goAway(awayMs: number, stop: AbortSignal): Promise<void> {
    this.#speaker.disconnect();
    await delay(awayMs, undefined, { signal: stop }).catch(() => {});
    this.#speaker.connect();
  }

  #emit(event: EventName, room: string | null, withAck: boolean): void {
    const { client } = this;
    const { journal } = this.options;
    const isRetried = this.#kind === "retries";
    if (isRetried ? event === "leave" : !this.#speaker.isConnected) return;
    const id = eventId(client, ++this.#events);
    const manner: Manner = isRetried ? "retries" : withAck ? "ack" : "once";
    journal.add({ type: "sent", client, link: this.#speaker.link, id, event, room, manner });
    if (isRetried) this.#unacked.add(id);
    this.#speaker.emit({ event, id, room }, manner, () => {
      this.#unacked.delete(id);
      journal.add({ type: "acked", client, id });
    });
  }

  #speak(door: Door): Speaker {
    const { client } = this;
    const { journal } = this.options;
    const ear: Ear = {
      nextLink: () => linkName(client, ++this.#links),
      onOpened: (link, recovered, by) => journal.add({ type: "opened", client, link, recovered, by }),
      onClosed: (link, reason) => journal.add({ type: "closed", client, link, reason }),
      onGot: (link, id, more) => {
        const last = more.at(-1);
        const offset = typeof last === "string" ? last : undefined;
        const pictures = offset === undefined ? more : more.slice(0, -1);
        if (!isWhole(id, pictures)) journal.add({ type: "torn", client, link, id });
        journal.add({ type: "got", client, link, id, offset });
      },
      onGreeted: (link, mark) => journal.add({ type: "greeted", client, link, mark }),
    };
    if (this.#kind === "json") return plainSpeaker(door, ear);
    return socketIoSpeaker(door, ear, this.#kind === "retries" ? RETRIES : {});
  }
}
