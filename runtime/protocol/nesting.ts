/**
 * What a client sends may be nested as deep as a message is long: `JSON.parse` takes it, and each function
 * that calls itself for what is inside then runs out of stack. So this one keeps its own stack.
 */
import { isBinary } from "./base64.js";

/** How many places of the value have binary. */
export function countBinaries(value: unknown): number {
  let count = 0;
  const left = [value];
  while (left.length > 0) {
    const item = left.pop();
    if (isBinary(item)) count++;
    else if (typeof item === "object" && item !== null) {
      for (const inside of Object.values(item)) left.push(inside);
    }
  }
  return count;
}
