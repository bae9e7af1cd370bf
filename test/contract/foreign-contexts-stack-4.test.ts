import { FOREIGN_CONTEXTS_APP, startStack } from "./stack.js";
import { runForeignContexts } from "./suites/foreign-contexts.js";

const can = { isOneProcess: false, eventsAtOnce: 8, additions: true };
runForeignContexts(can, () => startStack(4, FOREIGN_CONTEXTS_APP));
