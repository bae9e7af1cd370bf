/** Which of an app's HTTP servers answers what comes to the one address. */
import { Server as HttpServer } from "node:http";
import { Server as HttpsServer } from "node:https";
import type { Server } from "socket.io";
import { warnOnce } from "../log/log.js";
import { internalsOf } from "../socket-io/internals.js";
import { openedServers, portServers } from "./app-servers.js";

/**
 * The server that Socket.IO is attached to, where the app answers requests there; or else the first that it
 * has opened a port for. Says so where it has opened others, for nothing leads there. `undefined` where it
 * has none.
 */
export function httpServerOf(io: Server): HttpServer | undefined {
  const { httpServer } = internalsOf(io);
  const attached = isHttpServer(httpServer) ? [httpServer] : [];
  const all = [...new Set([...attached, ...openedServers])];
  const routes = (server: HttpServer) => server.listeners("request")[0];
  const answering = all
    .filter((server) => routes(server) !== undefined && !portServers.has(server))
    // An app that listens itself, beside the server that it was given to, is the same app.
    .filter((server, index, those) => those.findIndex((other) => routes(other) === routes(server)) === index);
  if (answering.length > 1) {
    const [served, ...left] = answering.map(nameOf);
    warnOnce(
      `The app has ${answering.length} HTTP servers, and one address leads here: ${served} answers, ${left.join(" and ")} does not. Use one server for all routes.`,
      "several HTTP servers",
    );
  }
  return answering[0];
}

function isHttpServer(server: unknown): server is HttpServer {
  return server instanceof HttpServer || server instanceof HttpsServer;
}

function nameOf(server: HttpServer): string {
  const address = server.address();
  if (address === null) return "the one that Socket.IO is attached to";
  return typeof address === "string" ? address : `the one of port ${address.port}`;
}
