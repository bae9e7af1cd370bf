import { TemplateError } from "../errors.js";
import { isObject } from "../template/intrinsics.js";
import { arn, type RedriveModel, type Resource, type ResourceType } from "../template/resource-type.js";

/**
 * SQS's defaults:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
 */
const DEFAULT_VISIBILITY_SECONDS = 30;
const DEFAULT_MAXIMUM_BYTES = 1024 * 1024;
const MAX_NAME_CHARACTERS = 80;
const FIFO_SUFFIX = ".fifo";

/** `AWS::SQS::Queue`. Encryption and retention mean nothing on one machine. */
export const queue: ResourceType = {
  ref: (resource) =>
    `https://sqs.${resource.stack.region}.amazonaws.com/${resource.stack.accountId}/${queueName(resource)}`,
  attributes: {
    Arn: queueArn,
    QueueName: queueName,
    QueueUrl: (resource) => queue.ref(resource),
  },
  add(resource, model) {
    if ((resource.number("DelaySeconds") ?? 0) > 0) {
      model.warnings.push(`${resource.name}: its messages are not delayed locally.`);
    }
    model.queues.set(queueArn(resource), {
      arn: queueArn(resource),
      queueName: queueName(resource),
      isFifo: isFifo(resource),
      deduplicatesByContent: resource.property("ContentBasedDeduplication") === true,
      deduplicationScope: resource.text("DeduplicationScope") === "messageGroup" ? "messageGroup" : "queue",
      visibilityTimeoutMs: (resource.number("VisibilityTimeout") ?? DEFAULT_VISIBILITY_SECONDS) * 1000,
      maximumMessageBytes: resource.number("MaximumMessageSize") ?? DEFAULT_MAXIMUM_BYTES,
      redrive: redriveOf(resource),
    });
  },
  link(resource, model) {
    const source = model.queues.get(queueArn(resource));
    if (!source?.redrive) return;
    const target = model.queues.get(source.redrive.deadLetterArn);
    if (!target) {
      model.warnings.push(
        `${resource.name}: its dead-letter queue is not in this template, so no message gets there locally.`,
      );
      model.queues.set(source.arn, { ...source, redrive: undefined });
    } else if (target.isFifo !== source.isFifo) {
      throw new TemplateError(
        `${resource.name}: AWS refuses a dead-letter queue of another type. Make both queues FIFO or both standard.`,
      );
    }
  },
};

function redriveOf(resource: Resource): RedriveModel | undefined {
  const policy = resource.property("RedrivePolicy");
  if (!isObject(policy)) return undefined;
  return {
    deadLetterArn: String(policy.deadLetterTargetArn),
    maxReceiveCount: Number(policy.maxReceiveCount),
  };
}

function queueArn(resource: Resource): string {
  return arn(resource, "sqs", queueName(resource));
}

/** A FIFO queue's name ends in `.fifo`, also the one that CloudFormation makes up. */
function queueName(resource: Resource): string {
  const given = resource.text("QueueName");
  if (given !== undefined) return given;
  const suffix = isFifo(resource) ? FIFO_SUFFIX : "";
  const name = `${resource.stack.stackName}-${resource.logicalId}`;
  return name.slice(0, MAX_NAME_CHARACTERS - suffix.length) + suffix;
}

function isFifo(resource: Resource): boolean {
  return resource.property("FifoQueue") === true;
}
