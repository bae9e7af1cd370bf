import { Duration } from "aws-cdk-lib";
import { HttpApi, HttpMethod } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { FRONT_DOOR } from "../runtime/contract.js";
import type { ThrottleOptions } from "./throttle.js";

/** The most that CloudFormation takes (`aws-facts.md` §12.1). */
const TIMEOUT = Duration.seconds(29);

/**
 * The HTTP side of the front door: the GETs that wait for packets lead to the poll function, everything else
 * to the app, as events of format 2.0 (`aws-facts.md` §12.2). It has no CORS settings of its own, which would
 * answer an OPTIONS before the app does.
 */
export function addHttpApi(
  scope: Construct,
  app: IFunction,
  poll: IFunction,
  throttle: ThrottleOptions,
): HttpApi {
  const api = new HttpApi(scope, "Http", {
    apiName: scope.node.path.replaceAll("/", "-"),
    createDefaultStage: false,
    defaultIntegration: new HttpLambdaIntegration("App", app, { timeout: TIMEOUT }),
  });
  api.addStage("Stage", { autoDeploy: true, throttle });
  api.addRoutes({
    path: FRONT_DOOR.pollPath,
    methods: [HttpMethod.GET],
    integration: new HttpLambdaIntegration("Poll", poll, { timeout: TIMEOUT }),
  });
  return api;
}
