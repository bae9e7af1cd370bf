import { createHash } from "node:crypto";
import type { PassthroughBehavior } from "../gateway/gateway.js";
import { isObject } from "../intrinsics.js";
import type { ApiModel, IntegrationModel, Model, Resource, ResourceType } from "./resource-type.js";

/** AWS's default and ceiling for a WebSocket integration (aws-facts §1.6). */
const DEFAULT_INTEGRATION_TIMEOUT_MS = 29_000;

export const api: ResourceType = {
  ref: apiId,
  attributes: {
    ApiId: apiId,
    ApiEndpoint: (resource) => `wss://${apiId(resource)}.execute-api.${resource.stack.region}.amazonaws.com`,
  },
  add(resource, model) {
    if (resource.text("ProtocolType") !== "WEBSOCKET") {
      model.warnings.push(`${resource.logicalId} is no WebSocket API: it does not run locally.`);
      return;
    }
    apiModel(model, apiId(resource)).routeSelectionExpression =
      resource.text("RouteSelectionExpression") ?? "$request.body.action";
  },
};

export const route: ResourceType = {
  ref: shortId,
  attributes: { RouteId: shortId },
  add(resource, model) {
    apiModel(model, resource.text("ApiId")).routes.push({
      routeId: shortId(resource),
      routeKey: resource.text("RouteKey") ?? "",
      target: resource.text("Target")?.replace(/^integrations\//, ""),
      selectsResponse: resource.text("RouteResponseSelectionExpression") === "$default",
    });
    const authorization = resource.text("AuthorizationType") ?? "NONE";
    if (authorization !== "NONE") {
      model.warnings.push(`${resource.logicalId}: ${authorization} authorization is not checked locally.`);
    }
  },
};

export const routeResponse: ResourceType = {
  ref: shortId,
  add(resource, model) {
    apiModel(model, resource.text("ApiId")).routeResponses.add(resource.text("RouteId") ?? "");
  },
};

export const integration: ResourceType = {
  ref: shortId,
  add(resource, model) {
    model.integrations.set(shortId(resource), {
      type: resource.text("IntegrationType") ?? "",
      uri: resource.text("IntegrationUri") ?? "",
      timeoutMs: resource.number("TimeoutInMillis") ?? DEFAULT_INTEGRATION_TIMEOUT_MS,
      hasCredentials: resource.text("CredentialsArn") !== undefined,
      request: requestOf(resource),
    });
  },
};

/** What an integration of type `AWS` makes of a message. */
function requestOf(resource: Resource): IntegrationModel["request"] {
  const expression = resource.text("TemplateSelectionExpression");
  return {
    headers: constantHeaders(resource.property("RequestParameters")),
    ...(expression !== undefined && { templateSelectionExpression: expression }),
    requestTemplates: textsIn(resource.property("RequestTemplates")),
    passthroughBehavior: (resource.text("PassthroughBehavior") ?? "WHEN_NO_MATCH") as PassthroughBehavior,
  };
}

/** The headers that have a constant for a value, which stands in single quotes (aws-facts §5). Others do not run here. */
function constantHeaders(parameters: unknown): Record<string, string> {
  const headers = Object.entries(textsIn(parameters)).flatMap(([name, value]) => {
    const header = /^integration\.request\.header\.(.+)$/.exec(name)?.[1];
    const constant = /^'(.*)'$/.exec(value)?.[1];
    return header === undefined || constant === undefined ? [] : [[header.toLowerCase(), constant] as const];
  });
  return Object.fromEntries(headers);
}

function textsIn(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}

export const stage: ResourceType = {
  ref: (resource) => resource.text("StageName") ?? "",
  add(resource, model) {
    const variables = resource.property("StageVariables");
    apiModel(model, resource.text("ApiId")).stages.push({
      name: resource.text("StageName") ?? "",
      variables: isObject(variables) ? (variables as Record<string, string>) : {},
    });
  },
};

/** Resources come in any order: whoever mentions an API first makes its model. */
function apiModel(model: Model, id = ""): ApiModel {
  const known = model.apis.get(id);
  if (known) return known;
  const made: ApiModel = {
    apiId: id,
    routeSelectionExpression: "$request.body.action",
    routes: [],
    stages: [],
    routeResponses: new Set(),
  };
  model.apis.set(id, made);
  return made;
}

/** Ten lower-case letters and digits, as AWS's are, and the same at every start. */
function apiId(resource: Resource): string {
  return digest(resource, 10);
}

function shortId(resource: Resource): string {
  return digest(resource, 7);
}

function digest({ stack, logicalId }: Resource, characters: number): string {
  const hash = createHash("sha256").update(`${stack.stackName}/${logicalId}`).digest("hex");
  return BigInt(`0x${hash}`).toString(36).slice(0, characters);
}
