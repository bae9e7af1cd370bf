import type { IncomingMessage, ServerResponse } from "node:http";
import { connectionLines } from "./connection-lines.js";
import { refuseHttp } from "./gateway/refuse-http.js";
import type { LocalApi } from "./gateways.js";

/**
 * For a person who opens the address in a browser: how to connect, Socket.IO first. Other
 * paths are refused as on AWS.
 */
export function welcome(api: () => LocalApi): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const { stage, port } = api();
    const path = (request.url ?? "/").split(/[?#]/, 1)[0];
    if (path !== "/" || (request.method !== "GET" && request.method !== "HEAD")) {
      return refuseHttp(stage, request, response);
    }
    const lines = connectionLines(request.headers.host ?? `localhost:${port}`, api());
    const text = [
      "A Socket.IO server on socket.io-lambda's local stack. Connect to it:",
      "",
      `  Socket.IO   ${lines.client}`,
      `  WebSocket   ${lines.url}${lines.path}`,
      `  Terminal    ${lines.wscat}`,
      "",
    ].join("\n");
    response
      .writeHead(200, {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": Buffer.byteLength(text),
        "Cache-Control": "no-cache",
      })
      .end(text);
  };
}
