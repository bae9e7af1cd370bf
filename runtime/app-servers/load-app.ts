/**
 * Loads the app's module, and finds the Socket.IO server that the function serves: the one that it exports,
 * or the one that it has made.
 */
import type { EventEmitter } from "node:events";
import type { Server } from "socket.io";
import { poll } from "../async/poll.js";
import { AppError } from "../errors.js";
import { readCallSite } from "../log/call-site.js";
import { reportError, warnOnce } from "../log/log.js";
import { type AppModule, exportedServer, NO_SERVER } from "../socket-io/find-server.js";
import { internalsOf } from "../socket-io/internals.js";
import { madeServers } from "./app-servers.js";

/**
 * Lambda gives a function 10 s to load
 * (docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
 */
const LOADING_MS = 6_000;

/** Behind a module that is loaded, for servers and handlers that it makes in a callback. */
const PATIENCE_MS = 2_000;

/**
 * Waits for the module up to 6 s; what it throws is thrown on. Then waits for the server and for its first
 * handler, up to 2 s each, for they may come out of a promise.
 *
 * A module that is not loaded by then has its server taken where that has handlers: as a rule it waits at its
 * top for a Redis, which its adapter needs and nobody here. Otherwise the module is waited for.
 *
 * @throws AppError when there is no server.
 */
export async function loadApp(load: () => Promise<AppModule>): Promise<Server> {
  const loading = load();
  const module = (await within(LOADING_MS, loading)) ?? (await handlersWithoutModule(loading));
  if (isMade(module)) return module;
  const exported = exportedServer(module);
  const io = exported ?? (await poll(async () => madeServer(), PATIENCE));
  if (!io) throw new AppError(NO_SERVER);
  const heard = await poll(async () => hasHandlers(io) || undefined, PATIENCE);
  if (!heard) {
    warnOnce(
      'The app has registered no "connection" handler. Register it while the module loads, or at most 2 s later.',
    );
  }
  return exported ?? madeServer() ?? io;
}

const PATIENCE = { withinMs: PATIENCE_MS, pauseMs: 5 };

async function handlersWithoutModule(loading: Promise<AppModule>): Promise<AppModule | Server> {
  const io = madeServers.map((made) => made.io).find(hasHandlers);
  if (!io) return loading;
  warnOnce(
    `The app's module is not loaded after ${LOADING_MS / 1000} s: an await at its top still waits, for a Redis or a database that does not answer. Its server has handlers and is used. Remove that await: no adapter is needed here.`,
  );
  loading.catch((error: unknown) => reportError("event", error, "the app's module"));
  return io;
}

function isMade(module: AppModule | Server): module is Server {
  return madeServers.some(({ io }) => io === module);
}

/** Of several the first that has handlers: says so. */
function madeServer(): Server | undefined {
  const [first, ...others] = madeServers.toSorted(
    (a, b) => Number(hasHandlers(b.io)) - Number(hasHandlers(a.io)),
  );
  if (others.length > 0) {
    const [served, ...left] = [first, ...others].map((made) => (made && readCallSite(made.site)) ?? "?");
    warnOnce(
      `The app makes ${others.length + 1} Socket.IO servers, and a function serves one: that at ${served}, and not that at ${left.join(" and ")}. Export another one as io, or give each a SocketIoApi of its own.`,
      "several servers",
    );
  }
  return first?.io;
}

function hasHandlers(io: Server): boolean {
  const { _nsps, parentNsps } = internalsOf(io);
  return [..._nsps.values(), ...parentNsps.values()].some((namespace) =>
    ["connection", "connect"].some((event) => (namespace as EventEmitter).listenerCount(event) > 0),
  );
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const isOver = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, isOver]);
  } finally {
    clearTimeout(timer);
  }
}
