/**
 * One broadcast on its way to its recipients: the first few hundred from here, at once; the rest by
 * invocations of the `deliver` function. Those that have been read here go in chunks; what has not been read
 * goes in ranges of socket ids, which `deliver` reads itself. It has no leases and no queues, so what takes a
 * lease, or goes to clients that poll, goes in chunks of its own, which the app function posts.
 *
 * Who could not be reached from here, because the account's rate stayed exceeded for all tries, is left to
 * `deliver` too: it has more time, and dead letters with an alarm.
 *
 * Behind the first `DIRECT_RECIPIENTS` there is no order between two broadcasts.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Backend } from "../backend.js";
import {
  bytesOf,
  CHUNK_RECIPIENTS,
  chunksOf,
  HANDOVERS_AT_ONCE,
  needsTables,
  ORDINARY_MEMBER_BYTES,
  recipientOf,
  roomBeside,
} from "../delivery/chunks.js";
import type { Chunk, DeliveredPacket } from "../delivery/deliver-event.js";
import type { OnPostError, PostQueues } from "../delivery/post-queues.js";
import type { RecipientRange } from "../delivery/recipient-range.js";
import { AwsCallError, ConnectionBusyError } from "../errors.js";
import { isTransient } from "../http/transient.js";
import { reportError } from "../log/log.js";
import { shownNamespace } from "../log/printable.js";
import type { Frames } from "../protocol/broadcast-frames.js";
import type { ProtocolName } from "../protocol/incoming.js";
import type { Member } from "../store/store.js";

/** 500 posts at 10 ms each, 128 at a time, take 40 ms: less than starting another function. */
export const DIRECT_RECIPIENTS = 500;

/** Members that fail within this time go into one chunk. */
const GATHER_MS = 200;

/**
 * Frames that leave room for fewer members than this are posted from here: they would fill more functions
 * than they save.
 */
const MIN_CHUNK_RECIPIENTS = DIRECT_RECIPIENTS;

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

  /**
   * Resolves when there is room for the next one; undefined where there is some. `asOf`: see `PostOptions`.
   */
  send(member: Member, asOf?: number): Promise<void> | undefined {
    const own = this.#framesFor(member.protocol);
    if (!own) return undefined;
    const room = this.#sentHere < DIRECT_RECIPIENTS ? 0 : this.#roomForMembers();
    if (room === 0) return this.#post(member, own, asOf);
    const recipient = recipientOf(member);
    const bytes = bytesOf(recipient);
    if (bytes > room) return this.#post(member, own, asOf);
    const isFull = this.#chunkBytes + bytes > room || this.#chunk.length === CHUNK_RECIPIENTS;
    const handover = isFull ? this.#handOver() : undefined;
    this.#chunk.push(recipient);
    this.#chunkBytes += bytes;
    return handover;
  }

  async #post(member: Member, frames: readonly string[], asOf = Date.now()): Promise<void> {
    this.#sentHere++;
    const { volatile } = this.broadcast;
    await this.posts.room();
    this.posts.post(member, frames, { volatile, asOf }, (error, to) =>
      this.#mayComeLater(error) ? this.#leaveToDeliver(member, error) : this.onError(error, to),
    );
  }

  /**
   * Leaves the rest of the members to `deliver`, to read and to post to. False where the packet is too large
   * for its event: then they have to be read and sent here. Resolves when the last ones are on their way.
   */
  async leave(ranges: readonly RecipientRange[]): Promise<boolean> {
    const { invokeDeliver } = this.backend;
    if (!invokeDeliver || this.#roomForMembers() === 0) return false;
    const packet = this.#packet();
    const room = roomBeside({ ...packet, range: {} });
    if (ranges.some((range) => Buffer.byteLength(JSON.stringify(range)) > room)) return false;
    for (const range of ranges) await this.#onItsWay(invokeDeliver({ ...packet, range }));
    return true;
  }

  /**
   * Hands over what is left. @throws AwsCallError when Lambda did not take a chunk or a range; the others
   * have been handed over.
   */
  async flush(): Promise<void> {
    await this.#handOver();
    await Promise.all(this.#handovers);
    const [first, ...more] = this.#refused;
    for (const error of more) reportError("delivery", error, `a part of a broadcast to ${this.#where}`);
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
    const left = this.backend.invokeDeliver ? roomBeside(this.#chunkOf([])) : 0;
    this.#eventBytes = left < MIN_CHUNK_RECIPIENTS * ORDINARY_MEMBER_BYTES ? 0 : left;
    return this.#eventBytes;
  }

  #chunkOf(members: readonly Member[]): Chunk {
    return { ...this.#packet(), members, attempt: 1 };
  }

  #packet(): DeliveredPacket {
    const both = {
      "engine.io": this.#framesFor("engine.io") ?? [],
      plain: this.#framesFor("plain") ?? [], // nobody of such a protocol is posted to
    };
    return { ...this.broadcast, frames: both };
  }

  /** Resolves when there is room for the next chunk. */
  async #handOver(): Promise<void> {
    const members = this.#chunk.splice(0);
    this.#chunkBytes = 0;
    if (members.length > 0) await this.#onItsWay(this.#invoke(members));
  }

  /** Resolves when there is room for the next one. */
  async #onItsWay(invocation: Promise<void>): Promise<void> {
    const handover = invocation
      .catch((error: unknown) => void this.#refused.push(error)) // for `flush`: the others go all the same
      .then(() => void this.#handovers.delete(handover));
    this.#handovers.add(handover);
    if (this.#handovers.size >= HANDOVERS_AT_ONCE) await Promise.race(this.#handovers);
  }

  async #invoke(members: readonly Member[]): Promise<void> {
    const { frames } = this.#packet();
    const ours = members.filter((member) => needsTables(member, frames));
    const others = members.filter((member) => !needsTables(member, frames));
    const { invokeSelf, invokeDeliver } = this.backend;
    if (ours.length > 0) await invokeSelf({ selfEvent: "deliver", chunk: this.#chunkOf(ours) });
    if (others.length > 0) await invokeDeliver?.(this.#chunkOf(others));
  }
}
