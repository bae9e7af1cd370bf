import { io } from "./apps/foreign-contexts.js";
import { serveStock } from "./stock.js";
import { runForeignContexts } from "./suites/foreign-contexts.js";

/** The control: Socket.IO's own server. */
const can = { isOneProcess: true, eventsAtOnce: Number.POSITIVE_INFINITY, additions: false };
runForeignContexts(can, () => serveStock(io));
