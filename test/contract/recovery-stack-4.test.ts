import { RECOVERY_APP, startStack } from "./stack.js";
import { runRecoveryContract } from "./suites/recovery.js";

const can = { isOneProcess: false, eventsAtOnce: 4, additions: true };
runRecoveryContract(can, () => startStack(4, RECOVERY_APP));
