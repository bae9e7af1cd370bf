/** Whose a timer is, by the stack in which it was set. */
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { timerOrigin } from "../../runtime/log/call-site.js";

const OURS = fileURLToPath(new URL("../../runtime/", import.meta.url));
const APP = "/home/me/app/server.js";
const PACKAGE = "/home/me/app/node_modules/pg-pool/index.js";

/** As `setTimeout` marks it, with the callers behind it, innermost first. */
function markOf(...callers: string[]): Error {
  const files = [`${OURS}log/call-site.ts`, `${OURS}user-code/timers.ts`, ...callers];
  const frames = files.map((file) => `    at caller (${file}:1:1)`);
  return Object.assign(new Error("a call site"), { stack: ["Error", ...frames].join("\n") });
}

it.each([
  ["handler", "the app's handler", [APP, `${OURS}user-code/run-handlers.ts`]],
  ["handler", "the app's handler, behind an await", [APP, "node:internal/process/task_queues"]],
  ["app", "a function that the handler calls", [APP, APP, `${OURS}user-code/run-handlers.ts`]],
  ["package", "a package that the app calls: a debounce", [PACKAGE, PACKAGE, APP]],
  ["other", "a package that a socket calls: a pool", [PACKAGE, "node:net", "node:events"]],
  ["other", "a package on its way through Node", ["node:internal/streams", PACKAGE, APP]],
  ["other", "socket.io: the timeout of an ack", ["/x/node_modules/socket.io/dist/socket.js", APP]],
  ["other", "this library, in a call of the app", [`${OURS}connection/outbox.ts`, APP]],
])("%s: %s", (origin, _what, callers) => {
  expect(timerOrigin(markOf(...callers))).toBe(origin);
});
