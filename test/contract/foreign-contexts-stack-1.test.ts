import { FOREIGN_CONTEXTS_APP, startStack } from "./stack.js";
import { runForeignContexts } from "./suites/foreign-contexts.js";

const can = { isOneProcess: false, eventsAtOnce: 4, additions: true };
runForeignContexts(can, () => startStack(1, FOREIGN_CONTEXTS_APP));
