/**
 * Timers on every event's path, of socket.io: nobody asks where they come from
 * (`user-code/timers.ts`), for that takes some 10 µs each.
 */
let depth = 0;

export function isUnwatched(): boolean {
  return depth > 0;
}

/** Timers that `call` sets before it returns are not looked at. */
export function unwatched<T>(call: () => T): T {
  depth++;
  try {
    return call();
  } finally {
    depth--;
  }
}
