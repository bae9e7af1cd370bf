/**
 * Stands in for `@socket.io/sticky`: it leads the requests of a client to the process that has its socket;
 * here any environment may have any event.
 */
import sayOnce = require("./say-once.cjs");

function setup(): void {
  sayOnce(
    "@socket.io/sticky does nothing: any environment can take any event of a client here. The file may keep the line for a server of its own.",
  );
}

export = { setupPrimary: setup, setupMaster: setup, setupWorker: setup };
