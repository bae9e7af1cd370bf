import { setTimeout as delay } from "node:timers/promises";
import type { Tries } from "../async/tries.js";
import type { Answer } from "./http-response.js";
import { isTransient } from "./transient.js";

/**
 * Repeats a call that is throttled, fails or gets no answer. Resolves with the last answer, or with why there
 * was none.
 */
export async function triedRequest(
  send: () => Promise<Answer>,
  tries: Tries,
  isTriedAgain = isTransient,
): Promise<Answer | Error> {
  for (;;) {
    const answer = await send().catch((error: unknown) => error as Error);
    const isFinal = !isTriedAgain(answer instanceof Error ? undefined : answer.status);
    const pauseMs = isFinal ? undefined : tries.next();
    if (pauseMs === undefined) return answer;
    await delay(pauseMs);
  }
}
