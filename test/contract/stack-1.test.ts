import { startStack } from "./stack.js";
import { runShortClientContract } from "./suites/index.js";

/**
 * One environment serves all events; another one helps out where an event has waited for long, as on AWS:
 * what acks and ends depend on. The whole contract runs with four.
 */
const can = { isOneProcess: false, eventsAtOnce: 4, additions: true };
runShortClientContract(can, () => startStack(1));
