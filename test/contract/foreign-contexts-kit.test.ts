import { serveLocal } from "../../local/testing.js";
import { io } from "./apps/foreign-contexts.js";
import { runForeignContexts } from "./suites/foreign-contexts.js";

const can = { isOneProcess: true, eventsAtOnce: Number.POSITIVE_INFINITY, additions: true };
runForeignContexts(can, () => serveLocal(io, { cold: true }));
