/**
 * A rejection that nobody awaits, or a throw in a timer, ends a Node process. On Lambda that takes the
 * environment down in the middle of somebody's event, and API Gateway then sends a frame of its own that cuts
 * the Socket.IO client off (`aws-facts.md` §1.6). Here it is reported, and everything else goes on.
 *
 * Called by the function's entry, and by nothing that runs in a process of the user's own. It takes the place
 * of the listeners that Lambda's runtime has registered
 * (github.com/aws/aws-lambda-nodejs-runtime-interface-client, `src/index.mts`), which would end the process
 * all the same.
 */
import { reportError } from "./log.js";

export function surviveStrayErrors(): void {
  for (const event of ["unhandledRejection", "uncaughtException"] as const) {
    process.removeAllListeners(event);
    process.on(event, (error: unknown) => reportError("handler", error, `nobody waited for this (${event})`));
  }
}
