/**
 * No port is opened in a function: API Gateway listens. So `listen` of Node's HTTP servers remembers the
 * server (`app-servers.ts`), calls its callback, and that is all; `address()`, `listening` and `close()`
 * answer as if it had a port. Express, Koa, Fastify, Hono and Nest all come here.
 *
 * Servers of `node:net` are left as they are.
 */
import { Server as HttpServer } from "node:http";
import { Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { ENV } from "../contract.js";
import { warnOnce } from "../log/log.js";
import { openedServers } from "./app-servers.js";

/** Of the servers that the app believes to listen. */
const addresses = new WeakMap<object, AddressInfo | string>();

type Opened = HttpServer & { emit(event: "listening" | "close"): boolean };

const members = {
  listen(this: Opened, ...given: unknown[]): HttpServer {
    if (addresses.has(this)) throw alreadyListens();
    const callback = given.findLast((argument) => typeof argument === "function");
    if (callback) this.once("listening", callback as () => void);
    const address = addressOf(given);
    addresses.set(this, address);
    openedServers.push(this);
    tell(address);
    process.nextTick(() => this.emit("listening"));
    return this;
  },
  address(this: Opened): AddressInfo | string | null {
    return addresses.get(this) ?? null;
  },
  get listening(): boolean {
    return addresses.has(this);
  },
  close(this: Opened, callback?: (error?: Error) => void): HttpServer {
    const isOpen = addresses.delete(this);
    const index = openedServers.indexOf(this);
    if (index >= 0) openedServers.splice(index, 1);
    if (callback) this.once("close", () => callback(isOpen ? undefined : notRunning()));
    process.nextTick(() => this.emit("close"));
    return this;
  },
};

/** To be called before any code of the app's runs. */
export function openNoPorts(): void {
  for (const { prototype } of [HttpServer, HttpsServer]) {
    Object.defineProperties(prototype, Object.getOwnPropertyDescriptors(members));
  }
}

/** Of `listen(port, host)`, `listen({ port, host })`, `listen(path)` and `listen()`. */
function addressOf([first, second]: readonly unknown[]): AddressInfo | string {
  const options = typeof first === "object" && first !== null ? first : { port: first, host: second };
  const { port, host, path } = options as { port?: unknown; host?: unknown; path?: unknown };
  const number = Number(port ?? 0);
  if (typeof path === "string") return path;
  if (Number.isNaN(number)) return String(port);
  const address = typeof host === "string" ? host : "::";
  return { port: number, address, family: address.includes(":") ? "IPv6" : "IPv4" };
}

/** In the local stack, where its own first screen has the address that counts. */
function tell(address: AddressInfo | string): void {
  if (process.env[ENV.isLocal] === undefined) return;
  const what = typeof address === "string" ? address : `port ${address.port}`;
  warnOnce(
    `listen() opens no port here, so nothing is at ${what}: requests come through the address of the stack.`,
    "listen",
  );
}

function alreadyListens(): Error {
  const error = new Error("Listen method has been called more than once without closing.");
  return Object.assign(error, { code: "ERR_SERVER_ALREADY_LISTEN" });
}

function notRunning(): Error {
  return Object.assign(new Error("Server is not running."), { code: "ERR_SERVER_NOT_RUNNING" });
}
