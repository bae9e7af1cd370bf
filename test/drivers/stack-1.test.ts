import { runDrivers } from "./suite.js";
import { onStack } from "./targets.js";

/**
 * One environment serves all events, so all clients meet in what a driver keeps: most of all where the first
 * of them opens it. What is awaited needs no context of its own.
 */
runDrivers("drivers on the stack with 1 environment", true, () => onStack(1), {
  opened: ["at first use"],
  styles: ["callback", "then"],
});
