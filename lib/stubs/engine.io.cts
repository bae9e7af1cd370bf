/**
 * Stands in for `engine.io` where socket.io imports it: for `io.attach()`, `io.listen()` and
 * `io.attachApp()`, which open a port. On Lambda API Gateway has the port, and the runtime
 * refuses these three before they come here, except at the top of the app's module.
 *
 * Leaves out 99 KB: the engine with its transports and `ws`.
 */
import NotOnLambdaError = require("./not-on-lambda.cjs");

function listen(): never {
  throw new NotOnLambdaError(
    "Opening a port (new Server(3000), io.listen(), io.attach(), io.attachApp())",
    "API Gateway listens. Write new Server(options), with no port or HTTP server, and export it as io.",
  );
}

// socket.io calls the one, and constructs the other.
export = { attach: listen, uServer: listen };
