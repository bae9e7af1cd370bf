/**
 * Stands in for `engine.io` where socket.io imports it. An app's `Server` has an engine of ours from the
 * start (`socket.io.cts`), so `attach` is never called; `io.attachApp()` makes a `uServer`.
 *
 * Leaves out 99 KB: the engine with its transports and `ws`.
 */
import NotOnLambdaError = require("./not-on-lambda.cjs");

function refuse(): never {
  throw new NotOnLambdaError(
    "A server of uWebSockets.js",
    "API Gateway has the connections. Write new Server(options), or give it an http.Server.",
  );
}

// socket.io calls the one, and constructs the other.
export = { attach: refuse, uServer: refuse };
