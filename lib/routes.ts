import { Stack } from "aws-cdk-lib";
import {
  type WebSocketApi,
  WebSocketIntegrationType,
  WebSocketRouteIntegration,
  type WebSocketRouteIntegrationConfig,
  type WebSocketStage,
} from "aws-cdk-lib/aws-apigatewayv2";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { EventQueue } from "./event-queue.js";
import type { RouteTarget } from "./route-targets.js";

/**
 * Adds the built-in routes, which cannot be given to another function than the app's, and one for each
 * target. With a queue, what is for the app goes into it, but for `$connect`, whose client waits for the
 * app's answer. A route to a function of the user's own leads to the app, which hands on what comes from a
 * client with a session (`guarded-routes.ts`), unless it is open. No route has a route response: API
 * Gateway would then answer every message, with an empty frame if need be, and a Socket.IO client takes an
 * empty frame for a parse error and disconnects.
 *
 * Each function gets one integration and one permission, however many routes lead to it. CDK's
 * `WebSocketLambdaIntegration` adds a permission for each route, and Lambda's limit of 20 KB for a
 * function's policy ends that at about 60 routes.
 */
export function addRoutes(
  api: WebSocketApi,
  stage: WebSocketStage,
  appFunction: IFunction,
  targets: ReadonlyMap<string, RouteTarget>,
  eventQueue?: EventQueue,
): void {
  const integrations = new Map<IFunction, WebSocketRouteIntegration>();
  const integrationOf = (fn: IFunction): WebSocketRouteIntegration => {
    const integration = integrations.get(fn) ?? new FunctionIntegration(fn, stage);
    integrations.set(fn, integration);
    return integration;
  };
  const app = integrationOf(appFunction);
  const messages = eventQueue?.messages ?? app;
  const integrationFor = (target: RouteTarget): WebSocketRouteIntegration => {
    if (target === "app") return messages;
    return target.open ? integrationOf(target.function) : app;
  };
  api.addRoute("$connect", { integration: app });
  api.addRoute("$disconnect", { integration: eventQueue?.disconnects ?? app });
  api.addRoute("$default", { integration: messages });
  for (const [key, target] of targets) api.addRoute(key, { integration: integrationFor(target) });
}

/** Invokes one function for any number of routes. */
class FunctionIntegration extends WebSocketRouteIntegration {
  readonly #fn: IFunction;

  constructor(fn: IFunction, stage: WebSocketStage) {
    super("Integration");
    this.#fn = fn;
    fn.addPermission(`Invoke-${fn.node.addr}`, {
      scope: stage,
      principal: new ServicePrincipal("apigateway.amazonaws.com"),
      sourceArn: Stack.of(stage).formatArn({
        service: "execute-api",
        resource: stage.api.apiId,
        resourceName: `${stage.stageName}/*`,
      }),
    });
  }

  bind(): WebSocketRouteIntegrationConfig {
    // The form that API Gateway wants:
    // arn:…:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations
    const uri = Stack.of(this.#fn).formatArn({
      service: "apigateway",
      account: "lambda",
      resource: "path/2015-03-31/functions",
      resourceName: `${this.#fn.functionArn}/invocations`,
    });
    return { type: WebSocketIntegrationType.AWS_PROXY, uri };
  }
}
