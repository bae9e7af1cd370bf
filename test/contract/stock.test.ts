import { io } from "./apps/contract-app.js";
import { serveStock } from "./stock.js";
import { runContract } from "./suites/index.js";

/**
 * The control: Socket.IO's own server, with its own engine and adapter. What holds there is
 * Socket.IO, not our reading of it.
 */
const can = { isOneProcess: true, eventsAtOnce: Number.POSITIVE_INFINITY, additions: false };
runContract(can, () => serveStock(io));
