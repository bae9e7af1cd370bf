import { FILE_METADATA } from "../../runtime/contract.js";
import { TemplateError } from "../errors.js";
import { isObject } from "../template/intrinsics.js";
import { arn, physicalName, type Resource, type ResourceType } from "../template/resource-type.js";
import { MAX_ENVIRONMENT_BYTES, MAX_TIMEOUT_SECONDS } from "./limits.js";

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
      model.foreignFunctions.set(
        functionName(resource),
        `${resource.name} does not run locally: only Node.js functions whose code is an asset do.`,
      );
      return;
    }
    if (resource.property("Layers") !== undefined) {
      model.warnings.push(
        `${resource.name}: its layers do not run locally. What it imports from them has to be installed in the project.`,
      );
    }
    const environment = resource.property("Environment");
    const variables = isObject(environment) && isObject(environment.Variables) ? environment.Variables : {};
    checkSize(resource, variables);
    model.functions.set(functionName(resource), {
      functionName: functionName(resource),
      displayName: resource.metadata(FILE_METADATA) ?? resource.name,
      handler: resource.text("Handler") ?? "index.handler",
      codeFolder: resource.assetFolder(s3Key),
      environment: Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [name, String(value)]),
      ),
      timeoutSeconds: timeoutOf(resource),
      memoryMb: resource.number("MemorySize") ?? DEFAULT_MEMORY_MB,
      reservedConcurrency: resource.number("ReservedConcurrentExecutions"),
    });
  },
  link(resource, model) {
    const name = functionName(resource);
    const warning = model.foreignFunctions.get(name);
    if (model.providers.has(name)) model.functions.delete(name);
    else if (warning !== undefined) model.warnings.push(warning);
  },
};

/** A custom resource of CDK's own, whose function has nothing to do on this machine. */
export const provided: ResourceType = {
  ref: (resource) => `${resource.stack.stackName}-${resource.logicalId}`,
  add(resource, model) {
    model.providers.add(functionNameOf(resource.text("ServiceToken") ?? ""));
  },
};

function timeoutOf(resource: Resource): number {
  const seconds = resource.number("Timeout") ?? DEFAULT_TIMEOUT_SECONDS;
  if (seconds >= 1 && seconds <= MAX_TIMEOUT_SECONDS) return seconds;
  throw new TemplateError(
    `${resource.name} has a timeout of ${seconds} s, and Lambda takes 1 to ${MAX_TIMEOUT_SECONDS}.`,
  );
}

function checkSize({ name: displayName }: Resource, variables: object): void {
  const bytes = Object.entries(variables).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(String(value)),
    0,
  );
  if (bytes <= MAX_ENVIRONMENT_BYTES) return;
  throw new TemplateError(
    `${displayName} has environment variables of ${bytes} bytes, and Lambda takes ${MAX_ENVIRONMENT_BYTES}: keep large ones elsewhere.`,
  );
}

/** The code as it is: the local stack has one version of a function, the newest. */
export const version: ResourceType = {
  ref: (resource) => qualifiedArn(resource, VERSION),
  attributes: { FunctionArn: (resource) => qualifiedArn(resource, VERSION), Version: () => VERSION },
};

/** Another name of that version: to invoke it is to invoke the function. */
export const alias: ResourceType = {
  ref: (resource) => qualifiedArn(resource, resource.text("Name") ?? ""),
  attributes: { AliasArn: (resource) => qualifiedArn(resource, resource.text("Name") ?? "") },
};

const VERSION = "1";

function qualifiedArn(resource: Resource, qualifier: string): string {
  const name = functionNameOf(resource.text("FunctionName") ?? "");
  return arn(resource, "lambda", `function:${name}:${qualifier}`);
}

export const eventInvokeConfig: ResourceType = {
  ref: (resource) => resource.logicalId,
  add(resource, model) {
    const retries = resource.number("MaximumRetryAttempts");
    const functionName = functionNameOf(resource.text("FunctionName") ?? "");
    if (retries !== undefined) model.asyncRetries.set(functionName, retries);
    const destination = failureDestination(resource);
    if (destination !== undefined) model.failureDestinations.set(functionName, destination);
  },
  link(resource, model) {
    const destination = failureDestination(resource);
    if (destination === undefined || model.queues.get(destination)?.isFifo === false) return;
    model.failureDestinations.delete(functionNameOf(resource.text("FunctionName") ?? ""));
    model.warnings.push(
      `${resource.name}: its on-failure destination does not run locally: only standard queues of this stack do.`,
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

/** The name of a function that is given by its name or its ARN, each with or without a qualifier. */
export function functionNameOf(text: string): string {
  return functionNameIn(text) ?? text.split(":")[0] ?? text;
}

function functionName(resource: Resource): string {
  return physicalName(resource, "FunctionName", 64);
}
