import type { QueueModel } from "../../../local/template/resource-type.js";

/** A standard queue with SQS's defaults. */
export function standard(changes: Partial<QueueModel> = {}): QueueModel {
  return {
    arn: "arn:aws:sqs:eu-west-1:111122223333:Events",
    queueName: "Events",
    isFifo: false,
    deduplicatesByContent: false,
    deduplicationScope: "queue",
    visibilityTimeoutMs: 30_000,
    maximumMessageBytes: 1024 * 1024,
    redrive: undefined,
    ...changes,
  };
}

export function fifo(changes: Partial<QueueModel> = {}): QueueModel {
  return standard({
    arn: "arn:aws:sqs:eu-west-1:111122223333:Events.fifo",
    queueName: "Events.fifo",
    isFifo: true,
    deduplicationScope: "messageGroup",
    ...changes,
  });
}
