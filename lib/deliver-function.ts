import { Duration, type RemovalPolicy } from "aws-cdk-lib";
import type { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import type { Architecture, IDestination, Runtime } from "aws-cdk-lib/aws-lambda";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { BundledFunction } from "./bundled-function.js";
import { deadLetterAlarm } from "./dead-letter-alarm.js";
import { DELIVER_NODE_OPTIONS } from "./node-options.js";
import { packageFile } from "./package-file.js";

export interface DeliverFunctionProps {
  readonly runtime: Runtime;
  readonly architecture: Architecture;
  /** Environments at once; undefined: as many as the account has. */
  readonly reservedConcurrency: number | undefined;
  readonly logRetention: RetentionDays;
  /** What becomes of the logs when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

const ENTRY = packageFile("lambdas/deliver.ts");

/**
 * Posts the chunks and ranges of large broadcasts (`runtime/rooms/fan-out.ts`). It does not load socket.io.
 *
 * It is in no VPC, also where the app is: it calls API Gateway, DynamoDB and Lambda only, and each
 * post would pay for the NAT gateway.
 *
 * Members that two invocations in a row did not reach are tried once more by Lambda, and then lie in
 * `deadLetters` for two weeks, where `deadLetterAlarm` sees them: add an action to be told.
 */
export class DeliverFunction extends BundledFunction {
  readonly deadLetters: Queue;
  readonly deadLetterAlarm: Alarm;

  constructor(
    scope: Construct,
    id: string,
    { reservedConcurrency, removalPolicy, ...rest }: DeliverFunctionProps,
  ) {
    const deadLetters = new Queue(scope, `${id}DeadLetters`, {
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy,
    });
    super(scope, id, {
      ...rest,
      entry: ENTRY,
      description: "Socket.IO server: posts chunks of large broadcasts",
      // Signing is what costs here, and a post takes 0.2 ms of a whole CPU: half of one
      // (884 MB) and some more.
      memorySize: 1024,
      environment: { NODE_OPTIONS: DELIVER_NODE_OPTIONS },
      // A chunk takes well under a second. Under throttling its members are tried again for as long as this,
      // and what is left goes into an invocation of its own.
      timeout: Duration.seconds(60),
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
      logRemovalPolicy: removalPolicy,
      retryAttempts: 1,
      onFailure: destinationOf(deadLetters),
    });
    this.deadLetters = deadLetters;
    this.deadLetterAlarm = deadLetterAlarm(
      this,
      deadLetters,
      "A chunk of a broadcast was not delivered: see docs/scale.md, and the messages in the queue.",
    );
  }
}

/**
 * Less than CDK's `SqsDestination`, which also lets the function ask for the queue's URL
 * and attributes: Lambda only sends.
 */
function destinationOf(queue: Queue): IDestination {
  return {
    bind(_scope, fn) {
      queue.grant(fn, "sqs:SendMessage");
      return { destination: queue.queueArn };
    },
  };
}
