import { io } from "./apps/recovery-app.js";
import { servePolling } from "./polling.js";
import { runRecoveryContract } from "./suites/recovery.js";

/** The clients poll. */
const can = { isOneProcess: true, eventsAtOnce: Number.POSITIVE_INFINITY, additions: true };
runRecoveryContract(can, () => servePolling(io));
