/**
 * Stands in for `@socket.io/admin-ui`. It shows what one process holds (its sockets, rooms, clients and
 * memory) by timers of that process, and here a process holds the sockets of one event.
 *
 * Leaves out 60 KB: `bcryptjs`, most of all.
 */
import sayOnce = require("./say-once.cjs");

function instrument(): void {
  sayOnce(
    "instrument() of @socket.io/admin-ui does nothing: it shows the sockets that a process holds, and here a process holds those of one event. io.fetchSockets() has all of them, and CloudWatch the numbers. The file may keep the line for a server of its own.",
  );
}

/** What options name: nobody asks it for a session. */
class Store {}

export = { instrument, InMemoryStore: Store, RedisStore: Store };
