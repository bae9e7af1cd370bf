/**
 * How long functions run, for the bill and the simulation alike. Assumptions, not measurements on
 * AWS: those of a warm function of 1,024 MB whose handler does nothing slow. `npm run bench`
 * measures the CPU share on its own machine.
 */
import { DEFAULT_CONCURRENCY } from "../../runtime/delivery/adaptive-limit.js";
import { CHUNK_RECIPIENTS, HANDOVERS_AT_ONCE } from "../../runtime/delivery/chunks.js";
import { MAX_RANGES } from "../../runtime/delivery/cut-range.js";
import { DIRECT_RECIPIENTS } from "../../runtime/rooms/fan-out.js";
import type { TrafficShape } from "./shape.js";

/** Load, rehydrate, hand over, write back; the share of cold starts (1 % of 300 ms) included. */
export const EVENT_MS = 15;

/** One page of members from DynamoDB. */
export const PAGE_MS = 5;

/** Handing one chunk over to a `deliver` function. */
export const INVOKE_MS = 12;

/** Median of one post: the mock of `npm run bench` answers so, with 50 ms at the 99th percentile. */
export const POST_MS = 10;

/** Posts under way at once in one environment: where `runtime/delivery/adaptive-limit.ts` begins. */
export const POSTS_AT_ONCE = DEFAULT_CONCURRENCY;

/** CPU of one signed post over a connection that stays open, on a whole core (`npm run bench`). */
export const POST_CPU_MS = 0.2;

/** Recipients that the sender's own function posts to, and those of each `deliver` function. */
export { CHUNK_RECIPIENTS, DIRECT_RECIPIENTS };

/** One vCPU at this memory (docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). */
const MB_PER_VCPU = 1_769;

/** CPU of one post at this memory, in milliseconds. */
export function postCpuMs(memoryMb: number): number {
  return POST_CPU_MS / Math.min(1, memoryMb / MB_PER_VCPU);
}

/**
 * One invocation that posts to so many connections: waits for the network or for its CPU,
 * whichever is slower.
 */
export function deliverMs(recipients: number, memoryMb: number): number {
  const network = Math.ceil(recipients / POSTS_AT_ONCE) * POST_MS;
  return Math.max(network, recipients * postCpuMs(memoryMb));
}

/** Invocations of `deliver` for one broadcast. */
export function deliverInvocations(recipients: number): number {
  return Math.ceil(Math.max(0, recipients - DIRECT_RECIPIENTS) / CHUNK_RECIPIENTS);
}

/** Milliseconds billed for one message that goes to a room, over all functions that work on it. */
export function messageMs({ roomsOf, memoryMb }: Pick<TrafficShape, "roomsOf" | "memoryMb">): number {
  const direct = Math.min(roomsOf, DIRECT_RECIPIENTS);
  const chunks = deliverInvocations(roomsOf);
  // The sender hands over so many at most, and `deliver` the others.
  const handovers = Math.ceil(Math.min(chunks, 1 + MAX_RANGES) / HANDOVERS_AT_ONCE);
  const sender = EVENT_MS + PAGE_MS + handovers * INVOKE_MS + deliverMs(direct, memoryMb);
  if (chunks === 0) return sender;
  return sender + chunks * (PAGE_MS + deliverMs((roomsOf - direct) / chunks, memoryMb));
}
