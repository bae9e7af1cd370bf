/**
 * One broadcast on its way to its recipients: the first few hundred from here, at once; the rest in chunks, each by an
 * invocation of the `deliver` function, while the members are still being read.
 *
 * Who could not be reached from here, because the account's rate stayed exceeded for all tries, is left to `deliver` too: it
 * has more time, and dead letters with an alarm.
 *
 * Behind the first `DIRECT_RECIPIENTS` there is no order between two broadcasts.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Backend } from "./backend.js";
import type { DeliverEvent } from "./delivery/deliver.js";
import type { OnPostError, PostQueues } from "./delivery/post-queues.js";
import { isTransient } from "./delivery/transient.js";
import { AwsCallError } from "./errors.js";
import type { Frames } from "./frames.js";
import { reportError } from "./log.js";
import type { Member } from "./store/store.js";

/** 500 posts at 10 ms each, 128 at a time, take 40 ms: less than starting another function. */
export const DIRECT_RECIPIENTS = 500;

/** 0.2 s of a whole CPU. Smaller ones would start more functions than an account's 10,000 posts a second can feed. */
export const CHUNK_RECIPIENTS = 2_000;

/** Chunks that are on their way to Lambda at once, while the members of the next are being read. */
export const HANDOVERS_AT_ONCE = 16;

/** Members that fail within this time go into one chunk. */
const GATHER_MS = 200;

/** Lambda takes 1 MB an asynchronous event (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
const MAX_EVENT_BYTES = 1_000_000;

/** A member in an event's JSON is some 170 bytes; a long domain of one's own makes it longer. */
const MAX_MEMBER_BYTES = 400;

/** Frames that leave room for fewer members than this are posted from here: they would fill more functions than they save. */
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
  readonly #handovers = new Set<Promise<void>>();
  /** Tried from here in vain, until they are handed over. */
  #unreached: Member[] = [];
  #gathering: Promise<void> | undefined;
  /** Worked out when a broadcast gets that far, for it encodes the packet for both protocols. */
  #chunkSize: number | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly posts: PostQueues,
    private readonly broadcast: Broadcast,
    private readonly onError: OnPostError,
  ) {}

  /** Resolves when there is room for the next one. */
  async send(member: Member): Promise<void> {
    if (this.#sentHere >= DIRECT_RECIPIENTS) {
      this.#chunkSize ??= this.#membersAnEvent();
      if (this.#chunkSize > 0) {
        this.#chunk.push(member);
        if (this.#chunk.length === this.#chunkSize) await this.#handOver();
        return;
      }
    }
    this.#sentHere++;
    const { frames, volatile } = this.broadcast;
    await this.posts.room();
    this.posts.post(member, frames.of(member.protocol), { volatile }, (error, to) =>
      this.#mayComeLater(error, member) ? this.#leaveToDeliver(member, error) : this.onError(error, to),
    );
  }

  /** Hands over what is left. @throws AwsCallError when Lambda did not take a chunk. */
  async flush(): Promise<void> {
    await this.#handOver();
    await Promise.all(this.#handovers);
  }

  /** A packet of several frames must not begin anew, and which of them failed is not known. */
  #mayComeLater(error: unknown, { protocol }: Member): boolean {
    const { frames, volatile } = this.broadcast;
    const isWorthIt = error instanceof AwsCallError && isTransient(error.status) && !volatile;
    return isWorthIt && frames.of(protocol).length === 1 && this.#membersAnEvent() > 0;
  }

  /** Resolves when Lambda has them, or it is reported that it does not take them. */
  #leaveToDeliver(member: Member, error: unknown): Promise<void> {
    this.#unreached.push(member);
    this.#gathering ??= delay(GATHER_MS).then(async () => {
      this.#gathering = undefined;
      const members = this.#unreached.splice(0);
      reportError("delivery", error, `${members.length} members were not reached, and are left to deliver`);
      await this.backend
        .invokeDeliver?.(this.#event(members))
        .catch((failure: unknown) => reportError("delivery", failure));
    });
    return this.#gathering;
  }

  /** 0: none, all are posted to from here. */
  #membersAnEvent(): number {
    if (!this.backend.invokeDeliver) return 0;
    const leftBytes = MAX_EVENT_BYTES - Buffer.byteLength(JSON.stringify(this.#event([])));
    const members = Math.min(CHUNK_RECIPIENTS, Math.floor(leftBytes / MAX_MEMBER_BYTES));
    return members < MIN_CHUNK_RECIPIENTS ? 0 : members;
  }

  #event(members: readonly Member[]): Omit<DeliverEvent, "appFunction"> {
    const { frames, ...broadcast } = this.broadcast;
    const both = { "engine.io": frames.of("engine.io"), plain: frames.of("plain") };
    return { ...broadcast, members, frames: both, attempt: 1 };
  }

  /** Resolves when there is room for the next chunk. */
  async #handOver(): Promise<void> {
    const members = this.#chunk.splice(0);
    if (members.length === 0 || !this.backend.invokeDeliver) return;
    const handover = this.backend.invokeDeliver(this.#event(members)).then(() => {
      this.#handovers.delete(handover); // one that fails stays, for `flush` to throw
    });
    this.#handovers.add(handover);
    handover.catch(() => {});
    if (this.#handovers.size >= HANDOVERS_AT_ONCE) await Promise.race(this.#handovers);
  }
}
