import { setTimeout as delay } from "node:timers/promises";

export interface PollOptions {
  readonly withinMs: number;
  /** Pauses double from here to `longestPauseMs`. */
  readonly pauseMs: number;
  /** @default `pauseMs` */
  readonly longestPauseMs?: number;
  /** Asked behind each look. @default never */
  readonly isOver?: () => boolean | undefined | Promise<boolean | undefined>;
}

/** Looks, and looks again, until a look finds something. Resolves with `undefined` when the time is over. */
export async function poll<T>(
  look: () => Promise<T | undefined>,
  { withinMs, pauseMs: firstMs, longestPauseMs = firstMs, isOver = () => false }: PollOptions,
): Promise<T | undefined> {
  const until = Date.now() + withinMs;
  for (let pauseMs = firstMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const found = await look();
    if (found !== undefined || (await isOver()) || Date.now() + pauseMs > until) return found;
    await delay(pauseMs);
  }
}
