/**
 * One broadcast on its way to its recipients: the first few hundred from here, at once; the rest in chunks,
 * each by an invocation of the `deliver` function, while the members are still being read. `deliver` knows no
 * tables, so what takes a lease, or goes to clients that poll, goes in chunks of its own, which the app
 * function posts.
 *
 * Who could not be reached from here, because the account's rate stayed exceeded for all tries, is left to
 * `deliver` too: it has more time, and dead letters with an alarm.
 *
 * Behind the first `DIRECT_RECIPIENTS` there is no order between two broadcasts.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Backend } from "../backend.js";
import type { DeliverEvent } from "../delivery/deliver-event.js";
import type { OnPostError, PostQueues } from "../delivery/post-queues.js";
import { AwsCallError, ConnectionBusyError } from "../errors.js";
import { isTransient } from "../http/transient.js";
import { reportError } from "../log/log.js";
import { shownNamespace } from "../log/printable.js";
import type { Frames } from "../protocol/broadcast-frames.js";
import type { ProtocolName } from "../protocol/incoming.js";
import { pollingSid } from "../store/polling-store.js";
import type { Member } from "../store/store.js";

/** 500 posts at 10 ms each, 128 at a time, take 40 ms: less than starting another function. */
export const DIRECT_RECIPIENTS = 500;

/**
 * 0.2 s of a whole CPU. Smaller ones would start more functions than an account's 10,000 posts a second can
 * feed.
 */
export const CHUNK_RECIPIENTS = 2_000;

/** Chunks that are on their way to Lambda at once, while the members of the next are being read. */
export const HANDOVERS_AT_ONCE = 16;

/** Members that fail within this time go into one chunk. */
const GATHER_MS = 200;

/** Below `MAX_ASYNC_EVENT_BYTES`, for what the event says besides. */
const MAX_EVENT_BYTES = 1_000_000;

/**
 * Frames that leave room for fewer members than this are posted from here: they would fill more functions
 * than they save.
 */
const MIN_CHUNK_RECIPIENTS = DIRECT_RECIPIENTS;

/** A member in an event's JSON is some 170 bytes; a long custom domain makes it longer. */
const ORDINARY_MEMBER_BYTES = 400;

export interface Broadcast {
  readonly namespace: string;
  readonly rooms: readonly string[];
  readonly frames: Frames;
  readonly volatile: boolean;
  /** Under which it stands in the log, where its recipients may recover. */
  readonly offset?: string | undefined;
  /** When it stood there for certain, in epoch milliseconds. */
  readonly loggedAt?: number | undefined;
}

export class FanOut {
  #sentHere = 0;
  #chunk: Member[] = [];
  #chunkBytes = 0;
  /** None of them rejects. */
  readonly #handovers = new Set<Promise<void>>();
  /** Why Lambda did not take chunks. */
  readonly #refused: unknown[] = [];
  readonly #unsendable = new Set<ProtocolName>();
  /** Not reached from here, until they are handed over. */
  #unreached: Member[] = [];
  #gathering: Promise<void> | undefined;
  /**
   * For members; 0: none, all are posted to from here. Worked out when a broadcast gets that far, for it
   * encodes for both protocols.
   */
  #eventBytes: number | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly posts: PostQueues,
    private readonly broadcast: Broadcast,
    private readonly onError: OnPostError,
  ) {}

  /** Resolves when there is room for the next one. `asOf`: see `PostOptions`. */
  async send(member: Member, asOf = Date.now()): Promise<void> {
    const own = this.#framesFor(member.protocol);
    if (!own) return;
    if (this.#sentHere >= DIRECT_RECIPIENTS) {
      const room = this.#roomForMembers();
      const recipient = recipientOf(member);
      const bytes = bytesOf(recipient);
      if (bytes <= room) {
        if (this.#chunkBytes + bytes > room || this.#chunk.length === CHUNK_RECIPIENTS)
          await this.#handOver();
        this.#chunk.push(recipient);
        this.#chunkBytes += bytes;
        return;
      }
    }
    this.#sentHere++;
    const { volatile } = this.broadcast;
    await this.posts.room();
    this.posts.post(member, own, { volatile, asOf }, (error, to) =>
      this.#mayComeLater(error) ? this.#leaveToDeliver(member, error) : this.onError(error, to),
    );
  }

  /**
   * Hands over what is left. @throws AwsCallError when Lambda did not take a chunk; the others have been
   * handed over.
   */
  async flush(): Promise<void> {
    await this.#handOver();
    await Promise.all(this.#handovers);
    const [first, ...more] = this.#refused;
    for (const error of more) reportError("delivery", error, `a chunk of a broadcast to ${this.#where}`);
    if (first !== undefined) throw first;
  }

  /**
   * `undefined` for clients of a protocol that the packet cannot be encoded for: that costs nobody else the
   * packet.
   */
  #framesFor(protocol: ProtocolName): readonly string[] | undefined {
    if (this.#unsendable.has(protocol)) return undefined;
    try {
      return this.broadcast.frames.of(protocol);
    } catch (error) {
      this.#unsendable.add(protocol);
      reportError(
        "delivery",
        error,
        `a broadcast to ${this.#where} cannot be encoded for ${protocol === "plain" ? "plain" : "Socket.IO"} clients`,
      );
      return undefined;
    }
  }

  get #where(): string {
    return shownNamespace(this.broadcast.namespace);
  }

  #mayComeLater(error: unknown): boolean {
    const { volatile } = this.broadcast;
    const isRefusal = error instanceof AwsCallError && isTransient(error.status);
    const isWorthIt = (isRefusal || error instanceof ConnectionBusyError) && !volatile;
    return isWorthIt && this.#roomForMembers() > 0;
  }

  /** Resolves when Lambda has them, or it is reported that it does not take them. */
  #leaveToDeliver(member: Member, error: unknown): Promise<void> {
    this.#unreached.push(recipientOf(member));
    this.#gathering ??= delay(GATHER_MS).then(async () => {
      this.#gathering = undefined;
      const members = this.#unreached.splice(0);
      reportError("delivery", error, `${members.length} members were not reached, and are left to deliver`);
      for (const chunk of chunksOf(members, this.#roomForMembers())) {
        await this.#invoke(chunk).catch((failure: unknown) => reportError("delivery", failure));
      }
    });
    return this.#gathering;
  }

  #roomForMembers(): number {
    if (this.#eventBytes !== undefined) return this.#eventBytes;
    const left = this.backend.invokeDeliver
      ? MAX_EVENT_BYTES - Buffer.byteLength(JSON.stringify(this.#event([])))
      : 0;
    this.#eventBytes = left < MIN_CHUNK_RECIPIENTS * ORDINARY_MEMBER_BYTES ? 0 : left;
    return this.#eventBytes;
  }

  #event(members: readonly Member[]): Omit<DeliverEvent, "appFunction"> {
    const { frames, ...broadcast } = this.broadcast;
    const both = {
      "engine.io": this.#framesFor("engine.io") ?? [],
      plain: this.#framesFor("plain") ?? [], // no member of such a protocol is in the event
    };
    return { ...broadcast, members, frames: both, attempt: 1 };
  }

  /** Resolves when there is room for the next chunk. */
  async #handOver(): Promise<void> {
    const members = this.#chunk.splice(0);
    this.#chunkBytes = 0;
    if (members.length === 0) return;
    const handover = this.#invoke(members)
      .catch((error: unknown) => void this.#refused.push(error)) // for `flush`: the next chunks go all the same
      .then(() => void this.#handovers.delete(handover));
    this.#handovers.add(handover);
    if (this.#handovers.size >= HANDOVERS_AT_ONCE) await Promise.race(this.#handovers);
  }

  async #invoke(members: readonly Member[]): Promise<void> {
    const needsTables = ({ connectionId, leased, protocol }: Member) =>
      leased || pollingSid(connectionId) !== undefined || (this.#framesFor(protocol)?.length ?? 0) > 1;
    const ours = members.filter(needsTables);
    const others = members.filter((member) => !needsTables(member));
    const { invokeSelf, invokeDeliver } = this.backend;
    if (ours.length > 0) await invokeSelf({ selfEvent: "deliver", chunk: this.#event(ours) });
    if (others.length > 0) await invokeDeliver?.(this.#event(others));
  }
}

/**
 * What `deliver` needs of a member. The packet from which it has recovered is not among it: that is read from
 * its row again.
 */
function recipientOf({ connectionId, endpoint, protocol, leased, sid }: Member): Member {
  return { connectionId, endpoint, protocol, ...(leased && { leased }), sid };
}

/**
 * In an event, with the comma behind it. What is smaller counts as ordinary.
 */
function bytesOf(recipient: Member): number {
  return Math.max(Buffer.byteLength(JSON.stringify(recipient)) + 1, ORDINARY_MEMBER_BYTES);
}

function chunksOf(members: readonly Member[], room: number): Member[][] {
  const chunks: Member[][] = [];
  let left = 0;
  for (const member of members) {
    const bytes = bytesOf(member);
    if (bytes > left) {
      chunks.push([]);
      left = room;
    }
    chunks.at(-1)?.push(member);
    left -= bytes;
  }
  return chunks;
}
