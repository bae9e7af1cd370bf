import { createHash } from "node:crypto";
import { isObject } from "../template/intrinsics.js";
import type { ApiModel, IntegrationModel, Model, Resource, ResourceType } from "../template/resource-type.js";
import type { PassthroughBehavior, Throttle } from "./gateway.js";

export const api: ResourceType = {
  ref: apiId,
  attributes: {
    ApiId: apiId,
    ApiEndpoint: (resource) => {
      const scheme = resource.text("ProtocolType") === "HTTP" ? "https" : "wss";
      return `${scheme}://${apiId(resource)}.execute-api.${resource.stack.region}.amazonaws.com`;
    },
  },
  add(resource, model) {
    const made = apiModel(model, apiId(resource));
    made.name = nameOf(resource);
    made.protocol = resource.text("ProtocolType") === "HTTP" ? "HTTP" : "WEBSOCKET";
    if (resource.property("CorsConfiguration") !== undefined) {
      model.warnings.push(
        `${resource.name}: its CORS settings do not run locally; the function gets each OPTIONS.`,
      );
    }
    made.routeSelectionExpression = resource.text("RouteSelectionExpression") ?? "$request.body.action";
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
      model.warnings.push(`${resource.name}: ${authorization} authorization is not checked locally.`);
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
      timeoutMs: resource.number("TimeoutInMillis"),
      payloadFormat: resource.text("PayloadFormatVersion"),
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

/**
 * The headers that have a constant for a value, which stands in single quotes (aws-facts
 * §5). Others do not run here.
 */
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
      throttle: throttleIn(resource.property("DefaultRouteSettings")),
      routeThrottles: routeThrottles(resource.property("RouteSettings")),
    });
  },
};

/** Undefined where the settings do not limit both: AWS then applies the account's limits. */
function throttleIn(settings: unknown): Throttle | undefined {
  if (!isObject(settings)) return undefined;
  const { ThrottlingRateLimit: rateLimit, ThrottlingBurstLimit: burstLimit } = settings;
  if (rateLimit === undefined || burstLimit === undefined) return undefined;
  return { rateLimit: Number(rateLimit), burstLimit: Number(burstLimit) };
}

function routeThrottles(settings: unknown): Map<string, Throttle> {
  const throttles = Object.entries(isObject(settings) ? settings : {}).flatMap(([routeKey, ofRoute]) => {
    const throttle = throttleIn(ofRoute);
    return throttle ? [[routeKey, throttle] as const] : [];
  });
  return new Map(throttles);
}

/** A `SocketIoApi` is known by its own name, not by that of the API in it. */
function nameOf({ name }: Resource): string {
  return name.replace(/\/Api$/, "");
}

/** Resources come in any order: the first that mentions an API makes its model. */
function apiModel(model: Model, id = ""): ApiModel {
  const known = model.apis.get(id);
  if (known) return known;
  const made: ApiModel = {
    apiId: id,
    name: undefined,
    protocol: undefined,
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
