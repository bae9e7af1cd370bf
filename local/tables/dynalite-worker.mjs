/**
 * dynalite in a worker thread of its own: in-memory DynamoDBs that compute beside the gateway instead of in
 * its way. Each message is a port to somebody who wants one more. `listening`, `failed` and `closed` go
 * there, and the calls that `intercept.mjs` asks about. Plain JavaScript, so that no TypeScript loader has
 * to start in here.
 */
import { createRequire } from "node:module";
import { parentPort } from "node:worker_threads";
import { enforceLimits } from "./dynamodb-limits.mjs";
import { intercept } from "./intercept.mjs";
import { keepInMemory } from "./memory-store.mjs";
import { keepParsedExpressions } from "./parsed-expressions.mjs";

const require = createRequire(import.meta.url);
const dynalite = require("dynalite");
enforceLimits(require);
keepInMemory(require);
keepParsedExpressions(require);

const links = new Set();

// dynalite throws when a caller goes away in the middle of a request, as an environment does whose time is
// up. That must not cost everybody's tables; the request is void and its socket closed.
process.on("uncaughtException", (error) => {
  if (error.code === "ECONNRESET") return;
  for (const link of links) link.postMessage({ type: "failed", message: error.stack ?? String(error) });
});

parentPort.on("message", (link) => {
  const server = dynalite({ createTableMs: 0 });
  // An environment sleeps between two events and would find its kept connections closed.
  server.keepAliveTimeout = 0;
  intercept(server, link);
  links.add(link);
  link.on("message", ({ type }) => {
    if (type !== "close") return;
    links.delete(link);
    server.close(() => link.postMessage({ type: "closed" }));
    server.closeAllConnections();
  });
  server.listen(0, "127.0.0.1", () => link.postMessage({ type: "listening", port: server.address().port }));
});
