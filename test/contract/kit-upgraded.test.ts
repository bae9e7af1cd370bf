import { io } from "./apps/contract-app.js";
import { serveUpgraded } from "./polling.js";
import { runClientContract } from "./suites/index.js";

/** In this process, with nothing kept between events; the clients have default options. */
const can = { isOneProcess: true, eventsAtOnce: Number.POSITIVE_INFINITY, additions: true };
runClientContract(can, () => serveUpgraded(io));
