import { io } from "./apps/recovery-app.js";
import { serveStock } from "./stock.js";
import { runRecoveryContract } from "./suites/recovery.js";

/** The control: Socket.IO's own server with its in-memory adapter. */
const can = { isOneProcess: true, eventsAtOnce: Number.POSITIVE_INFINITY, additions: false };
runRecoveryContract(can, () => serveStock(io));
