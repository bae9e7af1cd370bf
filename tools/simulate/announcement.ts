/**
 * One broadcast to everybody, as `runtime/rooms/fan-out.ts` and `runtime/delivery/deliver-range.ts` have it:
 * the sender's function reads one page, posts to the first few hundred itself and hands the rest over in
 * ranges, which `deliver` functions read, and cut again where they are large. All post at once, every
 * post takes a token of the account's bucket, and every read some of what the shards' partitions give.
 */
import { CHUNK_RECIPIENTS } from "../../runtime/delivery/chunks.js";
import { MAX_RANGES } from "../../runtime/delivery/cut-range.js";
import { PAGE_RECIPIENTS } from "../../runtime/delivery/deliver-range.js";
import { DIRECT_RECIPIENTS } from "../../runtime/rooms/fan-out.js";
import { POSTS_AT_ONCE, postCpuMs } from "../cost/durations.js";
import { ROOM_ROW_BYTES } from "../cost/operations.js";
import { Heap } from "./heap.js";
import { DISPATCH, EVENT, INVOKE, PAGE, PAGE_BYTES, POST, READ } from "./latencies.js";
import { PARTITION_READ_UNITS } from "./limits.js";
import { type Percentiles, percentiles } from "./percentiles.js";
import type { Random } from "./random.js";
import { TokenBucket } from "./token-bucket.js";

export interface Announcement {
  readonly recipients: number;
  /** What the steady load leaves of the account's rate. */
  readonly freeRps: number;
  readonly accountBurst: number;
  /** Environments free for `deliver`. */
  readonly environments: number;
  readonly shards: number;
  /** Chunks and ranges handed over at the same time. */
  readonly handoversAtOnce: number;
  readonly memoryMb: number;
}

export interface Announced extends Percentiles {
  /** Until the sender's function has handed over everything. It has 25 s by default, 29 s at most. */
  readonly handedOverMs: number;
  /** Until the last range has been read and its first post begins. */
  readonly readMs: number;
}

/** `undefined` where the steady load leaves nothing of the account's rate. */
export function announcement(load: Announcement, random: Random): Announced | undefined {
  return load.freeRps <= 0 ? undefined : new Broadcast(load, random).run();
}

/** Recipients that one function has been given, from a moment on. */
interface Share {
  readonly atMs: number;
  readonly recipients: number;
  readonly by: "sender" | "deliver";
  /** A chunk: nothing is left to read. */
  readonly isRead: boolean;
}

/** A function that posts: its next post, and when its slots are free again. */
interface Poster {
  atMs: number;
  left: number;
  slot: number;
  readonly slotsFreeMs: Float64Array;
  readonly by: Share["by"];
}

/** Above so many recipients, several posts of one function are simulated as one. */
const SINGLE_POSTS = 1e6;

const MEMBERS_PER_PAGE = PAGE_BYTES / ROOM_ROW_BYTES;
const READ_UNIT_BYTES = 4 * 1024;

class Broadcast {
  /** Tokens of it are read units. A partition may take what it has not used for a while. */
  readonly #partitions: TokenBucket;
  readonly #account: TokenBucket;
  readonly #environments: Environments;
  readonly #shares = new Heap<Share>();
  readonly #posters = new Heap<Poster>();
  readonly #step: number;
  #handedOverMs = 0;
  #readMs = 0;

  constructor(
    private readonly load: Announcement,
    private readonly random: Random,
  ) {
    const unitsPerSecond = PARTITION_READ_UNITS * load.shards;
    this.#partitions = new TokenBucket(unitsPerSecond, unitsPerSecond);
    this.#account = new TokenBucket(load.freeRps, load.accountBurst);
    this.#environments = new Environments(load.environments);
    this.#step = Math.ceil(load.recipients / SINGLE_POSTS);
  }

  run(): Announced {
    const { recipients } = this.load;
    this.#shares.push({ atMs: this.random.durationMs(EVENT), recipients, by: "sender", isRead: false });
    const doneMs: number[] = [];
    for (;;) {
      const share = this.#shares.first;
      const startMs = share && (share.by === "sender" ? share.atMs : this.#environments.freeMs(share.atMs));
      if (
        share &&
        startMs !== undefined &&
        startMs <= (this.#posters.first?.atMs ?? Number.POSITIVE_INFINITY)
      ) {
        this.#shares.pop();
        this.#begin(share, startMs);
        continue;
      }
      const poster = this.#posters.pop();
      if (!poster) break;
      doneMs.push(this.#post(poster));
    }
    return { ...percentiles(doneMs), handedOverMs: this.#handedOverMs, readMs: this.#readMs };
  }

  /** Reads a page, hands on what is behind it, and begins to post. */
  #begin({ atMs, recipients, by, isRead }: Share, startMs: number): void {
    if (by === "deliver") this.#environments.take(atMs);
    const own = Math.min(recipients, PAGE_RECIPIENTS);
    const readMs = isRead ? startMs : this.#read(startMs, own);
    const direct = by === "sender" ? Math.min(own, DIRECT_RECIPIENTS) : own;
    const handedOverMs = this.#handOver(readMs, own - direct, recipients - own);
    this.#readMs = Math.max(this.#readMs, readMs);
    if (by === "sender") this.#handedOverMs = handedOverMs;
    const slotsFreeMs = new Float64Array(Math.ceil(POSTS_AT_ONCE / this.#step));
    // The sender posts while it hands over; a range is handed on first.
    const postsMs = by === "sender" ? readMs : handedOverMs;
    this.#posters.push({ atMs: postsMs, left: direct, slot: 0, slotsFreeMs, by });
  }

  #read(startMs: number, rows: number): number {
    const units = Math.ceil((rows * ROOM_ROW_BYTES) / READ_UNIT_BYTES);
    const pageMs = this.random.durationMs(PAGE) * (rows / MEMBERS_PER_PAGE);
    return this.#partitions.take(startMs, units) + this.random.durationMs(READ) + pageMs;
  }

  /** A chunk of what was read, and ranges of what was not. When the last one is taken. */
  #handOver(startMs: number, chunk: number, rest: number): number {
    const ranges = Math.min(Math.ceil(rest / CHUNK_RECIPIENTS), MAX_RANGES);
    const shares = [
      ...(chunk > 0 ? [{ recipients: chunk, isRead: true }] : []),
      ...Array.from({ length: ranges }, (_, i) => ({
        recipients: Math.floor(((i + 1) * rest) / ranges) - Math.floor((i * rest) / ranges),
        isRead: false,
      })),
    ];
    let nowMs = startMs;
    for (const share of shares) {
      nowMs += this.random.durationMs(INVOKE) / this.load.handoversAtOnce;
      this.#shares.push({ ...share, atMs: nowMs + this.random.durationMs(DISPATCH), by: "deliver" });
    }
    return nowMs;
  }

  /** One step of posts. When its client has them. */
  #post(poster: Poster): number {
    const { memoryMb } = this.load;
    const done = this.#account.take(poster.atMs, this.#step) + this.random.durationMs(POST);
    poster.left -= this.#step;
    if (poster.left <= 0) {
      if (poster.by === "deliver") this.#environments.release(done);
      return done;
    }
    poster.slotsFreeMs[poster.slot] = done;
    poster.slot = (poster.slot + 1) % poster.slotsFreeMs.length;
    const freeMs = poster.slotsFreeMs[poster.slot] ?? 0;
    poster.atMs = Math.max(poster.atMs + postCpuMs(memoryMb) * this.#step, freeMs);
    this.#posters.push(poster);
    return done;
  }
}

/** Those of `deliver`: one event each at a time. */
class Environments {
  readonly #released = new Heap<{ readonly atMs: number }>();

  constructor(private unused: number) {}

  /** When an event that comes at `atMs` can begin. `undefined` while all are busy. */
  freeMs(atMs: number): number | undefined {
    if (this.unused > 0) return atMs;
    const { first } = this.#released;
    return first && Math.max(atMs, first.atMs);
  }

  take(atMs: number): void {
    const { first } = this.#released;
    if (first && (first.atMs <= atMs || this.unused === 0)) this.#released.pop();
    else this.unused--;
  }

  release(atMs: number): void {
    this.#released.push({ atMs });
  }
}
