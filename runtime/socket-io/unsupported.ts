/** What cannot exist on Lambda, refused with one sentence that says what to do instead. */
import type { Server } from "socket.io";
import { Adapter, SessionAwareAdapter } from "socket.io-adapter";
import type { Engine } from "../connection/engine.js";
import { AppError, UnsupportedError } from "../errors.js";
import { warnOnce } from "../log/log.js";
import { internalsOf } from "./internals.js";
import { patch } from "./patches.js";

const NO_LISTEN =
  "there is no port to listen on: API Gateway does that. Write new Server(options) and export it as io.";

const NO_OTHER_SERVERS =
  "there are no other servers, only functions that come and go. Use io.emit() for clients, io.fetchSockets() to see them, or a queue for other functions.";

const NO_ADAPTER = "rooms are kept in DynamoDB here, for all environments. Remove it.";

/** `io.adapter(…)` once the server has ours. */
export function ignoreLaterAdapters(io: Server): void {
  const ours = io.adapter();
  patch<"Server">(io, {
    adapter(given?: unknown) {
      if (given === undefined) return ours;
      warnOnce(`io.adapter() is ignored: ${NO_ADAPTER}`);
      return io;
    },
  });
}

/** Replaces the server's methods that need a process of their own. */
export function refuseUnsupported(io: Server, engine: Engine): void {
  const { httpServer, opts } = internalsOf(io);
  if (httpServer) throw new AppError(`The server listens already, and on Lambda ${NO_LISTEN}`);
  const adapter = io.adapter();
  if (adapter !== Adapter && adapter !== SessionAwareAdapter) {
    warnOnce(`The adapter that the app sets is ignored: ${NO_ADAPTER}`);
  }
  if (opts.transports && !opts.transports.some((name) => name === "websocket" || name === "polling")) {
    throw new AppError(
      'The option transports has neither "websocket" nor "polling", and there is nothing else here.',
    );
  }

  const refuse = (name: string, why: string) => () => {
    throw new UnsupportedError(name, why);
  };
  patch<"Server">(io, {
    listen: refuse("io.listen()", NO_LISTEN),
    attach: refuse("io.attach()", NO_LISTEN),
    attachApp: refuse("io.attachApp()", NO_LISTEN),
  });
  Object.assign(engine, { handleUpgrade: refuse("io.engine.handleUpgrade()", NO_LISTEN) });
}

/** `io.serverSideEmit()` and its kin, which reach the adapter. */
export function refuseServerSideEmit(): never {
  throw new UnsupportedError("serverSideEmit()", NO_OTHER_SERVERS);
}
