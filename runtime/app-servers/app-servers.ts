/**
 * The servers that an app makes while its module loads. Nobody has to export one: the class `Server` of a
 * bundle (`lib/stubs/socket.io.cts`) enters its instances here, and `listen` of Node's HTTP servers
 * (`no-ports.ts`) those that the app opens. So they are found where they are made: in a function, behind an
 * `await`, in a class, under any name.
 */
import type { Server as HttpServer } from "node:http";
import type { Server } from "socket.io";
import { markCallSite } from "../log/call-site.js";

export interface MadeServer {
  readonly io: Server;
  /** Where the app made it. */
  readonly site: Error;
}

export const madeServers: MadeServer[] = [];

/** In the order in which the app called `listen`. */
export const openedServers: HttpServer[] = [];

/** Those that `new Server(3000)` makes: no route of the app's is on them. */
export const portServers = new WeakSet<object>();

const withoutScript = new WeakSet<Server>();

export function enterServer(io: Server): void {
  madeServers.push({ io, site: markCallSite() });
}

/** The option and the method `serveClient`. */
export function servesScript(io: Server): boolean {
  return !withoutScript.has(io);
}

export function serveScript(io: Server, wanted: boolean): void {
  if (wanted) withoutScript.delete(io);
  else withoutScript.add(io);
}
