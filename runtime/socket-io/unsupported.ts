/** What cannot exist on Lambda, refused with one sentence that says what to do instead. */
import type { Server } from "socket.io";
import type { Engine } from "../connection/engine.js";
import { AppError, UnsupportedError } from "../errors.js";
import { warnOnceAt } from "../log/log.js";
import { ignoreAdapter, isOwn } from "./foreign-adapters.js";
import { internalsOf } from "./internals.js";
import { patch } from "./patches.js";

const NO_LISTEN = "there is no port to listen on: API Gateway does that.";

const NO_OTHER_SERVERS =
  "there are no other servers, only functions that come and go. Use io.emit() for clients, io.fetchSockets() to see them, or a queue for other functions.";

/** `io.adapter(…)` once the server has ours. */
export function ignoreLaterAdapters(io: Server): void {
  const ours = io.adapter();
  patch<"Server">(io, {
    adapter(given?: unknown) {
      if (given === undefined) return ours;
      ignoreAdapter();
      return io;
    },
  });
}

/** Replaces the server's methods that need a process of their own. */
export function refuseUnsupported(io: Server, engine: Engine): void {
  const { opts } = internalsOf(io);
  if (!isOwn(io.adapter())) ignoreAdapter();
  if (opts.transports && !opts.transports.some((name) => name === "websocket" || name === "polling")) {
    throw new AppError(
      'The option transports has neither "websocket" nor "polling", and there is nothing else here.',
    );
  }

  const refuse = (name: string, why: string) => () => {
    throw new UnsupportedError(name, why);
  };
  patch<"Server">(io, {
    listen: attachLate,
    attach: attachLate,
    attachApp: refuse("io.attachApp()", NO_LISTEN),
  });
  Object.assign(engine, { handleUpgrade: refuse("io.engine.handleUpgrade()", NO_LISTEN) });
}

/** The server has its engine, and it stays the one that events come to. */
function attachLate(this: Server): Server {
  warnOnceAt(`io.listen() and io.attach() do nothing once the server is served: ${NO_LISTEN}`);
  return this;
}

/** `io.serverSideEmit()` and its kin, which reach the adapter. */
export function refuseServerSideEmit(): never {
  throw new UnsupportedError("serverSideEmit()", NO_OTHER_SERVERS);
}
