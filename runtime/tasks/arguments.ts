/** The arguments of a task that is to run later: what `socket.data` may hold. */
import { ArgumentsTooLargeError } from "../errors.js";
import { bytesOf, decodeValue, encodeValue, type StoredValue } from "../store/value.js";

/** A row is billed by the kilobyte. */
const MAX_BYTES = 32_768;

/** @throws UnstorableValueError, ArgumentsTooLargeError */
export function encodeArguments(name: string, args: readonly unknown[]): StoredValue {
  const stored = encodeValue(`an argument of after(${JSON.stringify(name)})`, args);
  const bytes = bytesOf(stored);
  if (bytes > MAX_BYTES) throw new ArgumentsTooLargeError(name, bytes, MAX_BYTES);
  return stored;
}

export function decodeArguments(stored: StoredValue): unknown[] {
  return decodeValue(stored) as unknown[];
}
