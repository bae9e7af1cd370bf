import { INTEGRATION_TIMEOUT_MS } from "../../runtime/aws-limits.js";
import type { Route } from "../gateway/gateway.js";
import { functionNameIn } from "../lambda/function-resources.js";
import { queueArnIn } from "../queues/sqs.js";
import type { ApiModel, IntegrationModel, Model, RouteModel } from "./resource-type.js";

/**
 * The routes of an API whose integrations run here: Lambda proxies, and requests to SQS.
 * Each other one becomes a warning.
 */
export function runnableRoutes(api: ApiModel, model: Model): Route[] {
  return api.routes.flatMap((route) => {
    const integration = route.target === undefined ? undefined : model.integrations.get(route.target);
    const isAws = integration?.type === "AWS";
    const made = isAws ? awsRoute(route, integration, model) : proxyRoute(api, route, integration, model);
    if (typeof made !== "string") return [made];
    model.warnings.push(`Route ${route.routeKey} does not run locally: ${made}.`);
    return [];
  });
}

/** The route, or why it cannot run. */
function proxyRoute(
  api: ApiModel,
  { routeKey, routeId, selectsResponse }: RouteModel,
  integration: IntegrationModel | undefined,
  model: Model,
): Route | string {
  const functionName = functionNameIn(integration?.uri ?? "");
  const failure = model.failures.get(functionName ?? "");
  if (failure) throw failure;
  const fn = model.functions.get(functionName ?? "");
  if (integration?.type !== "AWS_PROXY" || !fn) {
    return "its integration is no function or queue of this stack";
  }
  return {
    routeKey,
    functionName: fn.functionName,
    displayName: fn.displayName,
    integrationTimeoutMs: integration.timeoutMs ?? INTEGRATION_TIMEOUT_MS,
    // Both halves are needed, else the route is one-way (aws-facts §1.5).
    returnsResponse: selectsResponse && api.routeResponses.has(routeId),
  };
}

/** The route, or why it cannot run. */
function awsRoute(
  { routeKey, selectsResponse }: RouteModel,
  { uri, hasCredentials, request }: IntegrationModel,
  model: Model,
): Route | string {
  const queueArn = queueArnIn(uri);
  if (queueArn === undefined || !model.queues.has(queueArn)) {
    return "its integration is no function or queue of this stack";
  }
  if (!hasCredentials)
    return "its integration has no role (CredentialsArn), so SQS would refuse every message";
  if (routeKey === "$connect") return "only a function answers a handshake here";
  if (selectsResponse) {
    model.warnings.push(
      `Route ${routeKey}: the response of an integration with SQS is not imitated locally.`,
    );
  }
  return { routeKey, integration: { ...request, uri } };
}
