/**
 * Stands in for `node:cluster`. Files with a server for each CPU have it in the `else` of
 * `if (cluster.isPrimary)`: so a function is taken for a worker, the only one that it knows of. Lambda starts
 * as many environments as there is work.
 */
import events = require("node:events");
import sayOnce = require("./say-once.cjs");
import NotOnLambdaError = require("./not-on-lambda.cjs");

function isPrimary(): false {
  sayOnce(
    "cluster.isPrimary is false: the file runs as a worker, for Lambda starts environments by itself. It may keep the line for a server of its own.",
  );
  return false;
}

function fork(): never {
  throw new NotOnLambdaError(
    "cluster.fork()",
    "Lambda starts environments as there is work. Keep the server in the else of `if (cluster.isPrimary)`.",
  );
}

function nothing(): void {}

/** What a worker can ask and tell of itself; there is no primary process to hear it. */
const worker = Object.assign(new events.EventEmitter(), {
  id: 1,
  process,
  exitedAfterDisconnect: undefined,
  send: () => true,
  isConnected: () => true,
  isDead: () => false,
  disconnect: nothing,
  kill: nothing,
  destroy: nothing,
});

const cluster = Object.assign(new events.EventEmitter(), {
  isWorker: true,
  worker,
  workers: {},
  settings: {},
  SCHED_NONE: 1,
  SCHED_RR: 2,
  schedulingPolicy: 2,
  fork,
  disconnect: (done?: () => void) => done?.(),
  setupPrimary: nothing,
  setupMaster: nothing,
});

export = Object.defineProperties(cluster, {
  isPrimary: { get: isPrimary, enumerable: true },
  isMaster: { get: isPrimary, enumerable: true },
});
