import { startFrontDoor } from "./stack.js";
import { runShortClientContract } from "./suites/index.js";

/** Four environments share nothing but the tables. The clients poll, and nothing else. */
const can = { isOneProcess: false, eventsAtOnce: 8, additions: true };
runShortClientContract(can, () => startFrontDoor(4, { transports: ["polling"] }));
