/**
 * How much a connection's item may still grow, as far as this event knows: what it loaded, and what it has
 * written since.
 */
import { MAX_ITEM_BYTES } from "../client-limits.js";

/** A stored connection. */
export interface Sized {
  readonly bytes?: number;
}

const grown = new WeakMap<Sized, number>();

/** Bytes that still fit. */
export function roomLeft(stored: Sized): number {
  return MAX_ITEM_BYTES - (stored.bytes ?? 0) - (grown.get(stored) ?? 0);
}

/** Something is going to be written, or (below 0) removed. */
export function grow(stored: Sized, bytes: number): void {
  grown.set(stored, (grown.get(stored) ?? 0) + bytes);
}
