import { Duration, type RemovalPolicy, Stack } from "aws-cdk-lib";
import type { Architecture, Runtime } from "aws-cdk-lib/aws-lambda";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { ENV } from "../runtime/contract.js";
import { allowInvoke } from "./allow-invoke.js";
import type { AppFunction } from "./app-function.js";
import { BundledFunction } from "./bundled-function.js";
import { packageFile } from "./package-file.js";
import type { Tables } from "./tables.js";

export interface PollFunctionProps {
  /** Whom it tells what has become of a session. */
  readonly appFunction: AppFunction;
  readonly tables: Tables;
  /** What a request has to bear. */
  readonly frontDoorKey: string;
  readonly runtime: Runtime;
  readonly architecture: Architecture;
  /** Environments at once; undefined: as many as the account has. */
  readonly reservedConcurrency: number | undefined;
  readonly logRetention: RetentionDays;
  /** What becomes of the logs when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

const ENTRY = packageFile("lambdas/poll.ts");

/**
 * Holds the GETs of long-polling clients until packets come. Each of them takes an environment of its own, so
 * it has no user code, no socket.io and the least memory that Lambda has: a minute costs $0.0001, and in the
 * app function eight times that (docs/decisions/front-door.md).
 *
 * It is in no VPC, also where the app is: it calls DynamoDB and Lambda only.
 */
export class PollFunction extends BundledFunction {
  constructor(scope: Construct, id: string, props: PollFunctionProps) {
    const { appFunction, tables, frontDoorKey, reservedConcurrency, removalPolicy, ...rest } = props;
    const { region, urlSuffix } = Stack.of(scope);
    super(scope, id, {
      ...rest,
      entry: ENTRY,
      description: "Socket.IO server: holds long-polling requests",
      memorySize: 128,
      // As long as an HTTP API waits (`aws-facts.md` §12.1); the handler answers before.
      timeout: Duration.seconds(29),
      environment: {
        [ENV.frontDoorKey]: frontDoorKey,
        [ENV.appFunction]: appFunction.target.functionName,
        [ENV.awsDomain]: `${region}.${urlSuffix}`,
      },
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
      logRemovalPolicy: removalPolicy,
    });
    tables.grantPolls(this);
    allowInvoke(this, "InvokesApp", this, appFunction.target);
  }
}
