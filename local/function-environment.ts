import { ENV } from "../runtime/contract.js";
import type { RunningApi } from "./gateways.js";
import { localAddresses } from "./local-addresses.js";
import type { FunctionModel } from "./template/resource-type.js";
import type { StackModel } from "./template/template.js";

/** What Lambda and the local stack set themselves: no variable of a person can replace it. */
const RESERVED = new Set([
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_REGION",
  "AWS_DEFAULT_REGION",
  "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI",
  "AWS_ENDPOINT_URL_DYNAMODB",
  "AWS_ENDPOINT_URL_LAMBDA",
]);

/** The names in `env` that have no effect. */
export function reservedNames(env: Readonly<Record<string, string>>): string[] {
  return Object.keys(env).filter((name) => RESERVED.has(name) || name.startsWith("AWS_LAMBDA_"));
}

/**
 * The stack whose functions have the variables that they see here: the template's, with this machine's
 * addresses in the place of AWS's, and `env` over them. Nothing of this process's environment is among them.
 */
export function withLocalEnvironment(
  stack: StackModel,
  apis: readonly RunningApi[],
  env: Readonly<Record<string, string>>,
): StackModel {
  const functions = [...stack.functions].map(([name, model]) => {
    const environment = {
      ...mapValues(model.environment, (value) => localAddresses(value, stack, apis)),
      ...env,
      ...endpointOf(model, stack, apis),
    };
    return [name, { ...model, environment }] as const;
  });
  return { ...stack, functions: new Map(functions) };
}

/** The template's outputs with this machine's addresses. */
export function localOutputs(stack: StackModel, apis: readonly RunningApi[]): Record<string, string> {
  return mapValues(stack.outputs, (value) => localAddresses(value, stack, apis));
}

/**
 * A function's SDK posts to the API that it was granted, else to the one whose routes lead
 * to it, else to the first.
 */
function endpointOf(
  { functionName, environment }: FunctionModel,
  stack: StackModel,
  apis: readonly RunningApi[],
): Record<string, string> {
  const granted = environment[ENV.endpoint] ?? "";
  const routed = stack.apis.find(({ routes }) =>
    [...routes.values()].some((route) => "functionName" in route && route.functionName === functionName),
  );
  const own =
    apis.find(({ apiId }) => granted.includes(`//${apiId}.`)) ??
    apis.find(({ apiId }) => apiId === routed?.apiId) ??
    apis[0];
  return own ? { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: own.endpoint } : {};
}

function mapValues(
  record: Readonly<Record<string, string>>,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
