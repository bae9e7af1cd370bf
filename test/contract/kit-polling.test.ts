import { io } from "./apps/contract-app.js";
import { servePolling } from "./polling.js";
import { runClientContract } from "./suites/index.js";

/** In this process, with nothing kept between events; the clients poll. */
const can = { isOneProcess: true, eventsAtOnce: Number.POSITIVE_INFINITY, additions: true };
runClientContract(can, () => servePolling(io));
