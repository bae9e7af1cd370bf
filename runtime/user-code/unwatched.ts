/** Timers of socket.io's own, on every event's path: nobody asks where they come from. */
let depth = 0;

export function isUnwatched(): boolean {
  return depth > 0;
}

/** Timers that `call` sets before it returns are not looked at. */
export function unwatched(call: () => void): void {
  depth++;
  try {
    call();
  } finally {
    depth--;
  }
}
