import { fileURLToPath } from "node:url";
import type { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { Runtime } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { allowInvoke } from "./allow-invoke.js";
import { BundledFunction } from "./bundled-function.js";

export interface AppFunctionProps {
  /** Absolute path of the file that exports the Socket.IO server. */
  readonly app: string;
  readonly memorySize: number;
  readonly timeout: Duration;
  readonly runtime: Runtime;
  /** What becomes of the logs when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/** The thin handler; it imports the user's server by this name. */
const ENTRY = fileURLToPath(new URL("../lambdas/socket-io.ts", import.meta.url));
const APP_IMPORT = "#app";

/**
 * The user's Socket.IO server as one Lambda function, for `$connect`, messages and `$disconnect` alike: one warm pool, and
 * one set of `new Server(options)` for all of them.
 *
 * It may invoke itself: other connections' disconnects are events of their own, and so is a connection's first packet where it
 * cannot follow the answer of `$connect` (docs/decisions/open-packet.md). Lambda repeats such an invocation twice when it
 * fails, which the runtime is made for.
 */
export class AppFunction extends BundledFunction {
  constructor(scope: Construct, id: string, props: AppFunctionProps) {
    super(scope, id, {
      entry: ENTRY,
      alias: { [APP_IMPORT]: props.app },
      description: "Socket.IO server: handshake, messages and disconnects",
      memorySize: props.memorySize,
      timeout: props.timeout,
      runtime: props.runtime,
      logRemovalPolicy: props.removalPolicy,
    });
    allowInvoke(this, "InvokeItself", this, this);
  }
}
