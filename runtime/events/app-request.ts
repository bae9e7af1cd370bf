/** A request to another path than Socket.IO's: the app's own HTTP server answers, where there is one. */
import { answerByApp } from "../app-servers/app-http.js";
import { httpServerOf } from "../app-servers/http-server-of.js";
import { ENV, FRONT_DOOR } from "../contract.js";
import type { HttpEvent, HttpResult } from "../polling/http-event.js";
import type { Runtime } from "../runtime.js";

/**
 * Answers when the app has, and what its code has sent to clients meanwhile is posted: `io.emit()` in a route
 * is not frozen with the environment.
 */
export async function onAppRequest(
  runtime: Runtime,
  event: HttpEvent,
  leftMs: () => number,
): Promise<HttpResult> {
  const server = httpServerOf(runtime.io);
  if (!server) return nothingHere(event, runtime.io.path());
  return runtime.whileServing(() => answerByApp(server, event, leftMs()), leftMs);
}

/** A person in a browser hears how to connect. */
function nothingHere({ rawPath, headers }: HttpEvent, path: string): HttpResult {
  const scheme = process.env[ENV.isLocal] === undefined ? "https" : "http";
  const address = `${scheme}://${headers[FRONT_DOOR.hostHeader]}`;
  const options = path === FRONT_DOOR.path ? "" : `, { path: ${JSON.stringify(path)} }`;
  const lines = [
    `Nothing is served at ${JSON.stringify(rawPath)}. Connect with Socket.IO's client:`,
    "",
    `  io(${JSON.stringify(address)}${options})`,
    "",
    "For a page at this address, give its folder: frontDoor: { page }. The app has no HTTP server of its own.",
    "",
  ];
  return {
    statusCode: 404,
    headers: { "content-type": "text/plain; charset=utf-8" },
    body: lines.join("\n"),
  };
}
