import { setTimeout as delay } from "node:timers/promises";
import { KILLED, type Kill } from "../faults/invocation-faults.js";
import type { Environment } from "./environment.js";

/**
 * What a killed invocation gives: not the answer of its handler, whether that had ended or not. Only where
 * extensions work at the fatal moment, the answer was out before.
 */
export async function killed(
  environment: Environment,
  running: Promise<unknown>,
  kill: Kill,
): Promise<unknown> {
  const moment = environment.initialised.then(() => delay(kill.afterMs, undefined, { ref: false }));
  let isAnswered = false;
  const ended = running.then(() => {
    isAnswered = true;
    return new Promise<void>((resolve) => environment.whenFree(resolve));
  });
  await Promise.race([ended, moment]);
  kill.report();
  const isAnswerOut = isAnswered && !environment.isFree;
  void environment.close(KILLED);
  const answer = await running;
  if (isAnswerOut) return answer;
  throw kill.error;
}
