import { ENV } from "../runtime/contract.js";
import type { StackModel } from "./template/template.js";

/**
 * The variables with which `new Emitter()` in a script of this machine reaches the app function: the first
 * one, where there are several. Empty where a template has none.
 */
export function emitterEnvironment(stack: StackModel, lambdaEndpoint: string): Record<string, string> {
  const app = [...stack.functions.values()].find(
    ({ environment }) => environment[ENV.deliverFunction] !== undefined,
  );
  if (!app) return {};
  const { region, accountId } = stack;
  return {
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_LAMBDA: lambdaEndpoint,
    [ENV.appFunction]: `arn:aws:lambda:${region}:${accountId}:function:${app.functionName}`,
  };
}

/** A command line that runs a script with these variables. */
export function emitterCommand(environment: Readonly<Record<string, string>>): string {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return [...variables, "node script.js"].join(" ");
}
