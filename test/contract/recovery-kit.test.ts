import { serveLocal } from "../../local/testing.js";
import { io } from "./apps/recovery-app.js";
import { runRecoveryContract } from "./suites/recovery.js";

const can = { isOneProcess: true, eventsAtOnce: Number.POSITIVE_INFINITY, additions: true };
runRecoveryContract(can, () => serveLocal(io));
