/**
 * Offsets of connection state recovery: which packet a client got last. They sort by time, then by place
 * within an environment, and are unique besides. Two environments' clocks may differ by milliseconds.
 */

// 9 and 4 digits of base 36 reach beyond the year 5000 and 1.6 million packets.
const TIME_DIGITS = 9;
const OTHER_DIGITS = 4;
const OTHERS = 36 ** OTHER_DIGITS;

let sequence = 0;

export function nextOffset(): string {
  sequence = (sequence + 1) % OTHERS;
  const random = Math.floor(Math.random() * OTHERS);
  return startOf(Date.now()) + digits(sequence, OTHER_DIGITS) + digits(random, OTHER_DIGITS);
}

/** What sorts before all offsets of a millisecond, and after those of the one before. */
export function startOf(timeMs: number): string {
  return digits(timeMs, TIME_DIGITS);
}

/** In epoch milliseconds. */
export function timeOf(offset: string): number {
  return Number.parseInt(offset.slice(0, TIME_DIGITS), 36);
}

/** By which the clocks of two environments may differ, and then some. */
const SKEW_MS = 1_000;

const FORM = new RegExp(`^[0-9a-z]{${TIME_DIGITS + 2 * OTHER_DIGITS}}$`);

/**
 * Whether a client may come back with this offset: it has the form of one, and its packet may have been sent
 * by now.
 */
export function isOffset(text: string, nowMs = Date.now()): boolean {
  return FORM.test(text) && timeOf(text) <= nowMs + SKEW_MS;
}

/** Whether the packet may have been sent to a session that began then. */
export function isSince(offset: string, sinceMs: number): boolean {
  return timeOf(offset) >= sinceMs - SKEW_MS;
}

function digits(value: number, length: number): string {
  return value.toString(36).padStart(length, "0");
}
