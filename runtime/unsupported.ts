/** What cannot exist on Lambda, refused with one sentence that says what to do instead. */
import type { Server } from "socket.io";
import type { Engine } from "./engine.js";
import { AppError, UnsupportedError } from "./errors.js";
import { warnOnce } from "./log.js";
import { internalsOf } from "./socket-io-internals.js";

const NO_LISTEN =
  "there is no port to listen on: API Gateway does that. Write new Server(options) and export it as io.";

const NO_OTHER_SERVERS =
  "there are no other servers, only functions that come and go. Use io.emit() for clients, io.fetchSockets() to see them, or a queue for other functions.";

/** Replaces the server's methods that need a process of their own. */
export function refuseUnsupported(io: Server, engine: Engine): void {
  const { httpServer, opts } = internalsOf(io);
  if (httpServer) throw new AppError(`The server listens already, and on Lambda ${NO_LISTEN}`);
  if (opts.adapter) {
    throw new AppError(
      "The option adapter is set, but rooms are kept in DynamoDB here. Remove it: no adapter is needed.",
    );
  }
  if (opts.transports && !opts.transports.includes("websocket")) {
    throw new AppError('The option transports lacks "websocket", and API Gateway has nothing else. Add it.');
  }
  if (opts.allowEIO3) warnOnce("The option allowEIO3 is ignored: clients need socket.io-client 3 or newer.");

  const refuse = (name: string, why: string) => () => {
    throw new UnsupportedError(name, why);
  };
  Object.assign(io, {
    listen: refuse("io.listen()", NO_LISTEN),
    attach: refuse("io.attach()", NO_LISTEN),
    attachApp: refuse("io.attachApp()", NO_LISTEN),
  });
  Object.assign(engine, {
    use: refuse(
      "io.engine.use()",
      "API Gateway answers the handshake itself. Use the options cors and allowRequest, or io.use().",
    ),
    handleUpgrade: refuse("io.engine.handleUpgrade()", NO_LISTEN),
  });
  engine.on("newListener", (event: string) => {
    if (event !== "initial_headers" && event !== "headers") return;
    warnOnce(`io.engine.on("${event}") is never called: API Gateway answers the handshake itself.`);
  });
}

/** `io.serverSideEmit()` and its kin, which reach the adapter. */
export function refuseServerSideEmit(): never {
  throw new UnsupportedError("serverSideEmit()", NO_OTHER_SERVERS);
}
