/** `io.engine.on("initial_headers" | "headers")`: listeners that add to the headers of an answer. */
import type { HandshakeRequest } from "../connection/socket-request.js";
import { reportError } from "../log/log.js";
import type { Runtime } from "../runtime.js";

export type HeaderValues = Record<string, string | number | string[] | undefined>;

/** What a listener of the app's throws costs its header, and not the client. */
export function tellHeaders(
  { engine }: Runtime,
  event: "initial_headers" | "headers",
  headers: HeaderValues,
  request: HandshakeRequest,
): void {
  try {
    engine.emit(event, headers, request);
  } catch (error) {
    reportError("handshake", error, `io.engine.on("${event}")`);
  }
}
