import { runDrivers } from "./suite.js";
import { onStack } from "./targets.js";

/** One environment serves all events, so all clients meet in what a driver keeps. */
runDrivers("drivers on the stack with 1 environment", true, () => onStack(1));
