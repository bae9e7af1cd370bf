/**
 * Pauses that may end early. Why not a delay with an `AbortSignal`: that makes an event target and, where it
 * is aborted, an error with its stack. Each event begins several pauses, which nearly always end early, and a
 * tenth of its CPU went there.
 */
import { clearTimeout, setTimeout } from "node:timers"; // the app's are watched

export interface Pause {
  /** Resolves with "late" when the time is over, with "early" when it was ended. Never rejects. */
  readonly over: Promise<"late" | "early">;
  /** Safe to call any number of times. */
  end(): void;
}

export function pause(ms: number): Pause {
  let resolve: (how: "late" | "early") => void = () => {};
  const over = new Promise<"late" | "early">((done) => {
    resolve = done;
  });
  const timer = setTimeout(resolve, ms, "late");
  return {
    over,
    end() {
      clearTimeout(timer);
      resolve("early");
    },
  };
}

/** Resolves with what `work` resolves with, or with "late" after `ms`. Rejects where `work` does before. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | "late"> {
  const patience = pause(ms);
  try {
    // It is ended behind `work` alone, so its other outcome is never seen.
    return (await Promise.race([work, patience.over])) as T | "late";
  } finally {
    patience.end();
  }
}
