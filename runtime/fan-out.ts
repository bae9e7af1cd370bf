/**
 * One broadcast on its way to its recipients: the first few hundred from here, at once; the rest in chunks, each by an
 * invocation of the `deliver` function, while the members are still being read.
 *
 * Behind the first `DIRECT_RECIPIENTS` there is no order between two broadcasts.
 */
import type { Backend } from "./backend.js";
import type { DeliverEvent } from "./delivery/deliver.js";
import type { OnPostError, PostQueues } from "./delivery/post-queues.js";
import type { Frames } from "./frames.js";
import type { Member } from "./store/store.js";

/** 500 posts at 10 ms each, 128 at a time, take 40 ms: less than starting another function. */
export const DIRECT_RECIPIENTS = 500;

/** 0.2 s of a whole CPU. Smaller ones would start more functions than an account's 10,000 posts a second can feed. */
export const CHUNK_RECIPIENTS = 2_000;

/** Chunks that are on their way to Lambda at once, while the members of the next are being read. */
export const HANDOVERS_AT_ONCE = 16;

/** Lambda takes 1 MB an asynchronous event (`aws-facts.md` §6); a member is some 150 bytes of it. */
const MAX_CHUNK_FRAME_BYTES = 800_000;

export interface Broadcast {
  readonly namespace: string;
  readonly rooms: readonly string[];
  readonly frames: Frames;
  readonly volatile: boolean;
  /** Under which it stands in the log, where its recipients may recover. */
  readonly offset?: string | undefined;
}

export class FanOut {
  #sentHere = 0;
  #chunk: Member[] = [];
  readonly #handovers = new Set<Promise<void>>();
  readonly #canHandOver: boolean;

  constructor(
    private readonly backend: Backend,
    private readonly posts: PostQueues,
    private readonly broadcast: Broadcast,
    private readonly onError: OnPostError,
  ) {
    const all = [...broadcast.frames.of("engine.io"), ...broadcast.frames.of("plain")];
    const bytes = all.reduce((sum, frame) => sum + Buffer.byteLength(frame), 0);
    this.#canHandOver = backend.invokeDeliver !== undefined && bytes <= MAX_CHUNK_FRAME_BYTES;
  }

  /** Resolves when there is room for the next one. */
  async send(member: Member): Promise<void> {
    if (this.#canHandOver && this.#sentHere >= DIRECT_RECIPIENTS) {
      this.#chunk.push(member);
      if (this.#chunk.length === CHUNK_RECIPIENTS) await this.#handOver();
      return;
    }
    this.#sentHere++;
    const { frames, volatile } = this.broadcast;
    await this.posts.room();
    this.posts.post(member, frames.of(member.protocol), { volatile }, this.onError);
  }

  /** Hands over what is left. @throws AwsCallError when Lambda did not take a chunk. */
  async flush(): Promise<void> {
    await this.#handOver();
    await Promise.all(this.#handovers);
  }

  /** Resolves when there is room for the next chunk. */
  async #handOver(): Promise<void> {
    const members = this.#chunk.splice(0);
    if (members.length === 0 || !this.backend.invokeDeliver) return;
    const { frames, ...broadcast } = this.broadcast;
    const event: Omit<DeliverEvent, "appFunction"> = {
      ...broadcast,
      members,
      frames: { "engine.io": frames.of("engine.io"), plain: frames.of("plain") },
      attempt: 1,
    };
    const handover = this.backend.invokeDeliver(event).then(() => {
      this.#handovers.delete(handover); // one that fails stays, for `flush` to throw
    });
    this.#handovers.add(handover);
    handover.catch(() => {});
    if (this.#handovers.size >= HANDOVERS_AT_ONCE) await Promise.race(this.#handovers);
  }
}
