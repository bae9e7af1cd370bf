import { io } from "./apps/contract-app.js";
import { serveUpgraded } from "./polling.js";
import { runShortClientContract } from "./suites/index.js";

/**
 * In this process, with nothing kept between events; the clients have default options. Once they have
 * upgraded, they are clients of a WebSocket: what ends connections and what waits for answers knows of the
 * way there.
 */
const can = { isOneProcess: true, eventsAtOnce: Number.POSITIVE_INFINITY, additions: true };
runShortClientContract(can, () => serveUpgraded(io));
