/**
 * `socket.io-lambda/testing`: runs an app's server in this process, on the runtime that Lambda runs and on
 * the local gateway with AWS's limits, so that a unit test of handlers meets what production does.
 *
 * ```ts
 * import { serveLocal } from "socket.io-lambda/testing";
 * import { io as connect } from "socket.io-client";
 * import { io } from "../examples/chat/app.js";
 *
 * const server = await serveLocal(io);
 * const client = connect(server.url);
 * // …
 * client.disconnect();
 * await server.close();
 * ```
 */
import { type AnyServer, kitApp } from "./kit/kit-app.js";
import type { LocalServer, ServeOptions } from "./kit/options.js";
import { serveKit } from "./kit/serve-kit.js";

export type { Difference } from "./compare/differences.js";
export { compareFreshAndKept } from "./compare/fresh-and-kept.js";
export type { Fault, FaultControl, FaultKind, FaultOptions, OnFault } from "./faults/fault-options.js";
export type { LocalServer, LocalTables, ServeOptions } from "./kit/options.js";

/**
 * Rejects, leaving nothing behind.
 *
 * @throws MissingPackageError for packages that are not installed, AppError when the server
 *   is served already, PortInUseError when another program has the port, FaultOptionsError
 *   for a fault that does not exist.
 */
export async function serveLocal(io: AnyServer, options: ServeOptions = {}): Promise<LocalServer> {
  const { cold = true, pingTimeout, ...rest } = options;
  const { pingInterval } = rest;
  if (pingInterval !== undefined) {
    Object.assign(io._opts, { pingInterval, ...(pingTimeout !== undefined && { pingTimeout }) });
  }
  return serveKit(kitApp(io, !cold), rest);
}
