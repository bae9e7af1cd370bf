import { TemplateError } from "../errors.js";
import type { WebSocketApi } from "../gateway/gateway.js";
import { type ApiModel, LOCAL_ACCOUNT_ID, LOCAL_REGION, type Model } from "./resource-type.js";
import { runnableRoutes } from "./routes-model.js";

/**
 * A WebSocket API of the templates, with the name by which a person knows it: the
 * construct's path in its stack.
 */
export interface ServedApi extends WebSocketApi {
  readonly name: string;
}

/** The APIs that run: each WebSocket API with its first stage. Throws `TemplateError` where there is none. */
export function servedApis(model: Model): [ServedApi, ...ServedApi[]] {
  const webSocketApis = [...model.apis.values()].filter(({ protocol }) => protocol !== "HTTP");
  const [first, ...others] = webSocketApis.flatMap((api) => servedApi(api, model));
  if (!first) throw new TemplateError("The template has no WebSocket API with a stage.");
  return [first, ...others];
}

function servedApi(api: ApiModel, model: Model): ServedApi[] {
  const [stage, ...others] = api.stages;
  if (!stage) {
    if (api.name !== undefined) model.warnings.push(`${api.name} does not run locally: it has no stage.`);
    return [];
  }
  if (others.length > 0) {
    model.warnings.push(`Of the stages of ${api.name ?? api.apiId}, only ${stage.name} runs locally.`);
  }
  return [
    {
      name: api.name ?? api.apiId,
      apiId: api.apiId,
      stage: stage.name,
      region: LOCAL_REGION,
      accountId: LOCAL_ACCOUNT_ID,
      routeSelectionExpression: api.routeSelectionExpression,
      routes: new Map(runnableRoutes(api, model).map((route) => [route.routeKey, route])),
      ...(Object.keys(stage.variables).length > 0 && { stageVariables: stage.variables }),
      ...(stage.throttle && { throttle: stage.throttle }),
      ...(stage.routeThrottles.size > 0 && { routeThrottles: stage.routeThrottles }),
    },
  ];
}
