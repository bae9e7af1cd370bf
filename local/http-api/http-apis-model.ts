import type { Distribution } from "../front-door/distribution.js";
import { functionNameIn } from "../lambda/function-resources.js";
import { type ApiModel, LOCAL_ACCOUNT_ID, LOCAL_REGION, type Model } from "../template/resource-type.js";
import type { HttpApi, HttpRoute } from "./http-api.js";

/** The longest that an HTTP API waits for a function. */
const MAX_TIMEOUT_MS = 30_000;

/** The HTTP APIs behind distributions, each with its `$default` stage, or else its first. */
export function servedHttpApis(distributions: readonly Distribution[], model: Model): HttpApi[] {
  const hosts = distributions.flatMap(({ origins }) =>
    [...origins.values()].map(({ domainName }) => domainName),
  );
  return [...model.apis.values()]
    .filter(({ protocol }) => protocol === "HTTP")
    .flatMap((api) => {
      if (hosts.some((host) => host.startsWith(`${api.apiId}.execute-api.`))) return served(api, model);
      model.warnings.push(
        `${api.name ?? api.apiId} does not run locally: of the HTTP APIs, only those behind a distribution do.`,
      );
      return [];
    });
}

function served(api: ApiModel, model: Model): HttpApi[] {
  const { apiId, name = apiId, stages } = api;
  const stage = stages.find((one) => one.name === "$default") ?? stages[0];
  if (!stage) {
    model.warnings.push(`${name} does not run locally: it has no stage.`);
    return [];
  }
  if (stages.length > 1) model.warnings.push(`Of the stages of ${name}, only ${stage.name} runs locally.`);
  return [
    {
      apiId,
      name,
      region: LOCAL_REGION,
      accountId: LOCAL_ACCOUNT_ID,
      stage: stage.name,
      routes: runnableRoutes(api, model),
      stageVariables: stage.variables,
      ...(stage.throttle && { throttle: stage.throttle }),
      routeThrottles: stage.routeThrottles,
    },
  ];
}

/** Those that lead to a function of the stack. Each other one becomes a warning. */
function runnableRoutes({ routes }: ApiModel, model: Model): HttpRoute[] {
  return routes.flatMap(({ routeKey, target }) => {
    const integration = target === undefined ? undefined : model.integrations.get(target);
    const functionName = functionNameIn(integration?.uri ?? "") ?? "";
    const failure = model.failures.get(functionName);
    if (failure) throw failure;
    const fn = model.functions.get(functionName);
    const why = !fn
      ? "its integration is no function of this stack"
      : integration?.payloadFormat !== "2.0"
        ? "its integration has another payload format than 2.0"
        : undefined;
    if (!fn || why !== undefined) {
      model.warnings.push(`Route ${routeKey} does not run locally: ${why}.`);
      return [];
    }
    const { displayName } = fn;
    const integrationTimeoutMs = Math.min(integration?.timeoutMs ?? MAX_TIMEOUT_MS, MAX_TIMEOUT_MS);
    return [{ routeKey, functionName: fn.functionName, displayName, integrationTimeoutMs }];
  });
}
