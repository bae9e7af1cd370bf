/**
 * Stands in for `engine.io` where socket.io imports it: for `io.attach()`, `io.listen()` and `io.attachApp()`, which open a
 * port. On Lambda API Gateway has the port, and the runtime refuses these three before they come here.
 *
 * Leaves out 99 KB: the engine with its transports and `ws`.
 */
import NotOnLambdaError = require("./not-on-lambda.cjs");

const INSTEAD = "export the server as `io` and let API Gateway listen.";

function attach(): never {
  throw new NotOnLambdaError("engine.io's attach()", INSTEAD);
}

class uServer {
  constructor() {
    throw new NotOnLambdaError("engine.io's uServer", INSTEAD);
  }
}

export = { attach, uServer };
