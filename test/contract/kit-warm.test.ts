import { serveLocal } from "../../local/testing.js";
import { io } from "./apps/contract-app.js";
import { runContract } from "./suites/index.js";

/** In this process, with sockets kept in memory, as an ordinary server does. */
const can = { isOneProcess: true, eventsAtOnce: Number.POSITIVE_INFINITY, additions: true };
runContract(can, () => serveLocal(io, { cold: false }));
