/**
 * dynalite in a worker thread of its own: an in-memory DynamoDB that computes beside the gateway instead of
 * in its way. Plain JavaScript, so that no TypeScript loader has to start in here.
 */
import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { enforceLimits } from "./dynamodb-limits.mjs";
import { intercept } from "./intercept.mjs";
import { keepInMemory } from "./memory-store.mjs";
import { keepParsedExpressions } from "./parsed-expressions.mjs";

const require = createRequire(import.meta.url);
const dynalite = require("dynalite");
enforceLimits(require);
keepInMemory(require);
keepParsedExpressions(require);

// dynalite throws when a caller goes away in the middle of a request, as an environment does whose time is
// up. That must not cost everybody's tables; the request is void and its socket closed.
process.on("uncaughtException", (error) => {
  if (error.code === "ECONNRESET") return;
  parentPort.postMessage({ type: "failed", message: error.stack ?? String(error) });
});

const server = dynalite({ createTableMs: workerData.createTableMs });
// An environment sleeps between two events and would find its kept connections closed.
server.keepAliveTimeout = 0;
intercept(server);
server.listen(0, "127.0.0.1", () =>
  parentPort.postMessage({ type: "listening", port: server.address().port }),
);
