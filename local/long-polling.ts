/**
 * A client with default options begins with HTTP long-polling, which a WebSocket API does not serve. A
 * browser shows an answer without CORS headers as a CORS error, so this one has them, and says what to
 * write.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Connectable, connectionLines } from "./connection-lines.js";

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

/** A client that is refused tries again every few seconds: one line a minute is enough. */
const TOLD_EVERY_MS = 60_000;

/** Answers polling requests, and leaves all others to `serve`. `tell` hears of them once a minute at most. */
export function refusePolling(api: () => Connectable, tell: (message: string) => void, serve: Serve): Serve {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (request, response) => {
    if (!isPolling(request)) return serve(request, response);
    const { client } = connectionLines(request.headers.host ?? "localhost", api());
    const message = `HTTP long-polling is not served here. Connect with ${client}.`;
    answer(request, response, message);
    if (performance.now() - toldMs < TOLD_EVERY_MS) return;
    toldMs = performance.now();
    tell(`A client asked for HTTP long-polling. Let it connect with ${client}.`);
  };
}

/** Engine.IO's handshake and polls: https://socket.io/docs/v4/engine-io-protocol/#handshake */
function isPolling({ url = "" }: IncomingMessage): boolean {
  const query = new URLSearchParams(url.split("?", 2)[1]);
  return query.has("EIO") && query.get("transport") === "polling";
}

function answer({ method, headers }: IncomingMessage, response: ServerResponse, message: string): void {
  const cors = {
    "Access-Control-Allow-Origin": headers.origin ?? "*",
    ...(headers.origin !== undefined && { "Access-Control-Allow-Credentials": "true", Vary: "Origin" }),
  };
  if (method === "OPTIONS") {
    const asked = headers["access-control-request-headers"];
    response
      .writeHead(204, {
        ...cors,
        "Access-Control-Allow-Methods": "GET,POST",
        ...(asked !== undefined && { "Access-Control-Allow-Headers": asked }),
      })
      .end();
    return;
  }
  // The form of Engine.IO's own errors, and its code for a bad request (engine.io 6.6, `server.ts`).
  const body = JSON.stringify({ code: 3, message });
  response.writeHead(400, { ...cors, "Content-Type": "application/json" }).end(body);
}
