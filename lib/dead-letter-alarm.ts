import { Duration } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

/**
 * Sees, within a minute or two, that something lies in a dead-letter queue. It tells nobody
 * until it gets an action.
 */
export function deadLetterAlarm(scope: Construct, deadLetters: Queue, alarmDescription: string): Alarm {
  return new Alarm(scope, "DeadLetterAlarm", {
    metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }),
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription,
  });
}
