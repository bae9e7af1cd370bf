import { io } from "./apps/recovery-app.js";
import { serveUpgraded } from "./polling.js";
import { runRecoveryContract } from "./suites/recovery.js";

/** The clients have default options. */
const can = { isOneProcess: true, eventsAtOnce: Number.POSITIVE_INFINITY, additions: true };
runRecoveryContract(can, () => serveUpgraded(io));
