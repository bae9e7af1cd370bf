/** Batches, of which DynamoDB may leave a part undone: it throttles, or the answer is full. */
import { setTimeout as delay } from "node:timers/promises";
import { Tries } from "../async/tries.js";
import { AwsCallError } from "../errors.js";

/**
 * Sends a batch, and then again and again what `send` gives back as undone. A batch of which nothing was done
 * counts as a try that failed, as any other call of which DynamoDB took nothing (`Tries`).
 *
 * @param what for the error: `Reading 3 items`
 * @throws AwsCallError after all tries, and what `send` throws.
 */
export async function untilDone<Part>(
  batch: readonly Part[],
  what: (left: number) => string,
  send: (batch: readonly Part[]) => Promise<readonly Part[]>,
): Promise<void> {
  let tries = new Tries();
  for (let left = batch; left.length > 0; ) {
    const undone = await send(left);
    if (undone.length === 0) return;
    if (undone.length < left.length) tries = new Tries();
    left = undone;
    const pauseMs = tries.next();
    if (pauseMs === undefined) {
      throw new AwsCallError(undefined, `${what(left.length)}, left undone ${tries.count} times,`);
    }
    await delay(pauseMs);
  }
}
