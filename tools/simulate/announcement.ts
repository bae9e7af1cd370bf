/**
 * One broadcast to everybody, as `runtime/rooms/fan-out.ts` does it: the sender's function reads page after
 * page, posts to the first few hundred itself and hands the others over chunk by chunk; the `deliver`
 * functions post at the same time, and every post takes a token of the account's bucket.
 */
import {
  CHUNK_RECIPIENTS,
  DIRECT_RECIPIENTS,
  deliverInvocations,
  POSTS_AT_ONCE,
  postCpuMs,
} from "../cost/durations.js";
import { ROOM_ROW_BYTES, readUnits } from "../cost/operations.js";
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
  /** Shards read at the same time. The runtime reads one after another: 1. */
  readonly shardsAtOnce: number;
  /** Chunks handed over at the same time. */
  readonly handoversAtOnce: number;
  readonly memoryMb: number;
}

export interface Announced extends Percentiles {
  /**
   * Until the sender's function has read and handed over everything. It has 25 s by default, 29 s at most.
   */
  readonly handedOverMs: number;
}

/** `undefined` where the steady load leaves nothing of the account's rate. */
export function announcement(load: Announcement, random: Random): Announced | undefined {
  if (load.freeRps <= 0) return undefined;
  const { chunks, handedOverMs } = handOver(load, random);
  return { ...post(load, chunks, random), handedOverMs };
}

/** Posts that one function has to make, from a moment on. */
interface Chunk {
  readonly atMs: number;
  readonly recipients: number;
  readonly by: "sender" | "deliver";
}

const MEMBERS_PER_PAGE = Math.floor(PAGE_BYTES / ROOM_ROW_BYTES);

/** A partition gives no more than its read units, however fast the pages are asked for. */
const MIN_PAGE_MS = (readUnits(PAGE_BYTES) / PARTITION_READ_UNITS) * 1000;

function handOver(load: Announcement, random: Random): { chunks: Chunk[]; handedOverMs: number } {
  const { recipients, shardsAtOnce, handoversAtOnce } = load;
  let nowMs = random.durationMs(EVENT) + random.durationMs(READ);
  let read = 0;
  const readUpTo = (member: number) => {
    for (; read < Math.min(member, recipients); read += MEMBERS_PER_PAGE) {
      if (recipients <= MEMBERS_PER_PAGE) continue; // a small room: the read above
      nowMs += Math.max(MIN_PAGE_MS, random.durationMs(PAGE)) / shardsAtOnce;
    }
  };
  readUpTo(DIRECT_RECIPIENTS);
  const chunks: Chunk[] = [
    { atMs: nowMs, recipients: Math.min(recipients, DIRECT_RECIPIENTS), by: "sender" },
  ];
  for (let chunk = 0; chunk < deliverInvocations(recipients); chunk++) {
    const first = DIRECT_RECIPIENTS + chunk * CHUNK_RECIPIENTS;
    readUpTo(first + CHUNK_RECIPIENTS);
    nowMs += random.durationMs(INVOKE) / handoversAtOnce;
    chunks.push({
      atMs: nowMs + random.durationMs(DISPATCH),
      recipients: Math.min(CHUNK_RECIPIENTS, recipients - first),
      by: "deliver",
    });
  }
  return { chunks: chunks.sort((a, b) => a.atMs - b.atMs), handedOverMs: nowMs };
}

/** A function that posts: its next post, and when its slots are free again. */
interface Poster {
  atMs: number;
  left: number;
  slot: number;
  readonly slotsFreeMs: Float64Array;
  readonly by: Chunk["by"];
}

/** Above so many recipients, several posts of one function are simulated as one. */
const SINGLE_POSTS = 1e6;

function post(load: Announcement, chunks: readonly Chunk[], random: Random): Percentiles {
  const step = Math.ceil(load.recipients / SINGLE_POSTS);
  const cpuMs = postCpuMs(load.memoryMb) * step;
  const slots = Math.ceil(POSTS_AT_ONCE / step);
  const bucket = new TokenBucket(load.freeRps, load.accountBurst);
  const environments = new Environments(load.environments);
  const posters = new Heap<Poster>();
  const doneMs: number[] = [];
  let next = 0;
  for (;;) {
    const chunk = chunks[next];
    const startMs = chunk && (chunk.by === "sender" ? chunk.atMs : environments.freeMs(chunk.atMs));
    if (chunk && startMs !== undefined && startMs <= (posters.first?.atMs ?? Number.POSITIVE_INFINITY)) {
      if (chunk.by === "deliver") environments.take(chunk.atMs);
      const { recipients: left, by } = chunk;
      posters.push({ atMs: startMs, left, slot: 0, slotsFreeMs: new Float64Array(slots), by });
      next++;
      continue;
    }
    const poster = posters.pop();
    if (!poster) return percentiles(doneMs);
    const done = bucket.take(poster.atMs, step) + random.durationMs(POST);
    doneMs.push(done);
    poster.left -= step;
    if (poster.left <= 0) {
      if (poster.by === "deliver") environments.release(done);
      continue;
    }
    poster.slotsFreeMs[poster.slot] = done;
    poster.slot = (poster.slot + 1) % slots;
    poster.atMs = Math.max(poster.atMs + cpuMs, poster.slotsFreeMs[poster.slot] ?? 0);
    posters.push(poster);
  }
}

/** Those of `deliver`: one chunk each at a time. */
class Environments {
  readonly #released = new Heap<{ readonly atMs: number }>();

  constructor(private unused: number) {}

  /** When a chunk that comes at `atMs` can begin. `undefined` while all are busy. */
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
