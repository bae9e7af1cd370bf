import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { InvalidPropError } from "./errors.js";

const KNOWN = Object.values(RetentionDays).filter((days) => typeof days === "number");

/**
 * CloudWatch takes certain numbers of days only
 * (docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html).
 *
 * @throws InvalidPropError
 */
export function validLogRetention(retention: RetentionDays): RetentionDays {
  if (KNOWN.includes(retention)) return retention;
  const days = KNOWN.filter((known) => known !== RetentionDays.INFINITE);
  throw new InvalidPropError(
    "logRetention",
    `CloudWatch cannot keep logs for ${JSON.stringify(retention)} days.`,
    `Use RetentionDays, such as RetentionDays.ONE_WEEK: ${days.join(", ")} days, or RetentionDays.INFINITE.`,
  );
}
