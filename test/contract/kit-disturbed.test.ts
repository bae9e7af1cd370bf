import { serveLocal } from "../../local/testing.js";
import { io } from "./apps/contract-app.js";
import { runContract } from "./suites/index.js";

/**
 * Nothing is kept between events, messages run late and overtake each other, asynchronous events run twice.
 */
const can = { isOneProcess: true, eventsAtOnce: Number.POSITIVE_INFINITY, additions: true };
const seed = Number(process.env.SEED ?? Date.now() % 100_000);
console.log(`kit-disturbed: SEED=${seed}`);
runContract(can, () => serveLocal(io, { faults: { seed, delayMs: 8, repeat: 0.3, repeatDisconnect: 0.3 } }));
