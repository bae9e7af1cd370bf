import { fileURLToPath } from "node:url";
import { Duration, type RemovalPolicy } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { Runtime } from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { BundledFunction } from "./bundled-function.js";

export interface DeliverFunctionProps {
  readonly runtime: Runtime;
  /** What becomes of the logs when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

const ENTRY = fileURLToPath(new URL("../lambdas/deliver.ts", import.meta.url));

/**
 * Posts the chunks of large broadcasts (`runtime/fan-out.ts`). It loads neither socket.io nor a DynamoDB client.
 *
 * A chunk that fails after all tries of its own is run once more by Lambda, and then lies in `deadLetters` for two weeks,
 * where `deadLetterAlarm` sees it: add an action to be told.
 */
export class DeliverFunction extends BundledFunction {
  readonly deadLetters: Queue;
  readonly deadLetterAlarm: Alarm;

  constructor(scope: Construct, id: string, { runtime, removalPolicy }: DeliverFunctionProps) {
    const deadLetters = new Queue(scope, `${id}DeadLetters`, {
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy,
    });
    super(scope, id, {
      entry: ENTRY,
      description: "Socket.IO server: posts chunks of large broadcasts",
      // Signing is what costs here, and a post takes 0.2 ms of a whole CPU: half of one (884 MB) and some more.
      memorySize: 1024,
      // A chunk takes well under a second; under throttling its retries take some more.
      timeout: Duration.seconds(60),
      runtime,
      logRemovalPolicy: removalPolicy,
      retryAttempts: 1,
      onFailure: new SqsDestination(deadLetters),
    });
    this.deadLetters = deadLetters;
    this.deadLetterAlarm = new Alarm(this, "DeadLetterAlarm", {
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription:
        "A chunk of a broadcast was not delivered: see docs/scale.md, and the messages in the queue.",
    });
  }
}
