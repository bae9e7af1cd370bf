import { startStack } from "./stack.js";
import { runContract } from "./suites/index.js";

/** One environment serves all events; another one helps out where an event has waited for long, as on AWS. */
const can = { isOneProcess: false, eventsAtOnce: 4, additions: true };
runContract(can, () => startStack(1));
