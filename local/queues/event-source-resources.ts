import { TemplateError } from "../errors.js";
import { functionNameOf } from "../lambda/function-resources.js";
import type { Resource, ResourceType } from "../template/resource-type.js";

/**
 * Lambda's default, and the most without a batching window, which FIFO queues cannot have
 * (LAM/services-sqs-parameters).
 */
const MAX_BATCH_SIZE = 10;

/**
 * `AWS::Lambda::EventSourceMapping` of a queue and a function of the same template; streams do not run here.
 */
export const eventSourceMapping: ResourceType = {
  ref: (resource) => `${resource.stack.stackName}-${resource.logicalId}`,
  link(resource, model) {
    const { name } = resource;
    const queue = model.queues.get(resource.text("EventSourceArn") ?? "");
    const fn = model.functions.get(functionNameOf(resource.text("FunctionName") ?? ""));
    if (!queue || !fn) {
      model.warnings.push(
        `${name} does not run locally: only event source mappings of a queue and a function of this stack do.`,
      );
      return;
    }
    if (resource.property("Enabled") === false) return;
    for (const property of ["FilterCriteria", "MaximumBatchingWindowInSeconds"]) {
      if (resource.property(property)) {
        model.warnings.push(`${name}: its ${property} is not imitated locally.`);
      }
    }
    const batchSize = resource.number("BatchSize") ?? MAX_BATCH_SIZE;
    if (queue.isFifo && batchSize > MAX_BATCH_SIZE) {
      throw new TemplateError(
        `${name}: AWS refuses a BatchSize of ${batchSize} for a FIFO queue. Use at most ${MAX_BATCH_SIZE}.`,
      );
    }
    const visibilitySeconds = queue.visibilityTimeoutMs / 1000;
    if (visibilitySeconds < fn.timeoutSeconds) {
      throw new TemplateError(
        `${name}: AWS refuses a queue whose visibility timeout (${visibilitySeconds} s) is less than its ` +
          `function's timeout (${fn.timeoutSeconds} s). Make it six times as long.`,
      );
    }
    model.eventSources.push({
      functionName: fn.functionName,
      queueArn: queue.arn,
      batchSize: Math.min(batchSize, MAX_BATCH_SIZE),
      reportsItemFailures: responseTypes(resource).includes("ReportBatchItemFailures"),
      maximumConcurrency: maximumConcurrency(resource),
    });
  },
};

function responseTypes(resource: Resource): unknown[] {
  const types = resource.property("FunctionResponseTypes");
  return Array.isArray(types) ? types : [];
}

function maximumConcurrency(resource: Resource): number | undefined {
  const scaling = resource.property("ScalingConfig") as { MaximumConcurrency?: unknown } | undefined;
  return scaling?.MaximumConcurrency === undefined ? undefined : Number(scaling.MaximumConcurrency);
}
