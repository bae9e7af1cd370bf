/**
 * Stands in for `accepts` where socket.io imports it: to negotiate the compression of the client's script,
 * which `io.attach()` serves. On Lambda nothing serves it; it comes from npm or a CDN.
 *
 * Leaves out 147 KB, nearly all of it `mime-db`.
 */
import NotOnLambdaError = require("./not-on-lambda.cjs");

export = function accepts(): never {
  throw new NotOnLambdaError("accepts()", "serve socket.io-client's script from your own site or a CDN.");
};
