/**
 * Stands in for `cors` where socket.io imports it: `new Server({ cors })` makes a middleware for the HTTP
 * server that serves the client's script and long-polling. On Lambda there is neither, and the runtime
 * applies the option's `origin` to the WebSocket handshake itself
 * (`runtime/connection/handshake-verdict.ts`). So the middleware is made, and never called.
 *
 * Leaves out 5 KB.
 */
import NotOnLambdaError = require("./not-on-lambda.cjs");

export = function cors(): () => never {
  return () => {
    throw new NotOnLambdaError("The cors middleware", "cors.origin guards the WebSocket handshake instead.");
  };
};
