import { isObject } from "../intrinsics.js";
import { arn, physicalName, type Resource, type ResourceType } from "./resource-type.js";

/** Lambda's defaults (aws-facts §8). */
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MB = 128;

export const lambdaFunction: ResourceType = {
  ref: functionName,
  attributes: { Arn: (resource) => arn(resource, "lambda", `function:${functionName(resource)}`) },
  add(resource, model) {
    const code = resource.property("Code");
    const s3Key = isObject(code) ? code.S3Key : undefined;
    const runtime = resource.text("Runtime") ?? "";
    if (typeof s3Key !== "string" || !runtime.startsWith("nodejs")) {
      model.warnings.push(
        `${resource.logicalId} does not run locally: only Node.js functions whose code is an asset do.`,
      );
      return;
    }
    const environment = resource.property("Environment");
    const variables = isObject(environment) && isObject(environment.Variables) ? environment.Variables : {};
    model.functions.set(functionName(resource), {
      functionName: functionName(resource),
      logicalId: resource.logicalId,
      handler: resource.text("Handler") ?? "index.handler",
      codeFolder: resource.assetFolder(s3Key),
      environment: Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [name, String(value)]),
      ),
      timeoutSeconds: resource.number("Timeout") ?? DEFAULT_TIMEOUT_SECONDS,
      memoryMb: resource.number("MemorySize") ?? DEFAULT_MEMORY_MB,
    });
  },
};

export const eventInvokeConfig: ResourceType = {
  ref: (resource) => resource.logicalId,
  add(resource, model) {
    const retries = resource.number("MaximumRetryAttempts");
    const functionName = resource.text("FunctionName") ?? "";
    if (retries !== undefined) model.asyncRetries.set(functionName, retries);
    const destination = failureDestination(resource);
    if (destination !== undefined) model.failureDestinations.set(functionName, destination);
  },
  link(resource, model) {
    const destination = failureDestination(resource);
    if (destination === undefined || model.queues.get(destination)?.isFifo === false) return;
    model.failureDestinations.delete(resource.text("FunctionName") ?? "");
    model.warnings.push(
      `${resource.logicalId}: its on-failure destination does not run locally: only standard queues of this stack do.`,
    );
  },
};

function failureDestination(resource: Resource): string | undefined {
  const config = resource.property("DestinationConfig");
  const onFailure = isObject(config) ? config.OnFailure : undefined;
  return isObject(onFailure) ? String(onFailure.Destination) : undefined;
}

/** The name in a function's ARN, with or without a qualifier, or in a Lambda integration's URI. */
export function functionNameIn(text: string): string | undefined {
  return /:function:([\w-]+)/.exec(text)?.[1];
}

function functionName(resource: Resource): string {
  return physicalName(resource, "FunctionName", 64);
}
