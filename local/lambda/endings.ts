/** Why an environment ends, or its answer is refused: Lambda's own names and sentences. */
import type { ThrownInFunction } from "../errors.js";
import { MAX_RESPONSE_BYTES } from "./limits.js";

/** Lambda's name for an environment whose time is up. */
export const TIMED_OUT = "Sandbox.Timedout";
/** Lambda's name for a process that ends by itself. */
export const EXITED = "Runtime.ExitError";

export const CLOSED: ThrownInFunction = { name: EXITED, message: "The local stack was closed." };

export function taskTimedOut(seconds: number): ThrownInFunction {
  return { name: TIMED_OUT, message: `Task timed out after ${seconds.toFixed(2)} seconds` };
}

export function initTimedOut(ms: number): ThrownInFunction {
  return { name: TIMED_OUT, message: `Init timed out after ${(ms / 1000).toFixed(2)} seconds` };
}

export function exited(code: number): ThrownInFunction {
  return { name: EXITED, message: `Runtime exited with code ${code}` };
}

export function tooLarge(payload: string): ThrownInFunction {
  const bytes = Buffer.byteLength(payload);
  const message = `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
  return { name: "Function.ResponseSizeTooLarge", message };
}
