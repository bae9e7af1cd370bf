import { runDrivers } from "./suite.js";
import { onStack } from "./targets.js";

/**
 * Each environment has connections of its own to the databases. The kit has those that are opened at load.
 */
runDrivers("drivers on the stack with 4 environments", true, () => onStack(4), {
  opened: ["at first use", "per event"],
});
