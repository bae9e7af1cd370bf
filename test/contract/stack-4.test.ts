import { startStack } from "./stack.js";
import { runContract } from "./suites/index.js";

/** Four environments share nothing but the tables. */
const can = { isOneProcess: false, eventsAtOnce: 8, additions: true };
runContract(can, () => startStack(4));
