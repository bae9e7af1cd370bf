import { objectAt } from "../template/intrinsics.js";
import type { Model } from "../template/resource-type.js";
import type { ServedApi } from "../template/served-apis.js";
import type { Behavior, Distribution, EdgeFunction, Forwarding } from "./distribution.js";
import { type DistributionModel, objectsIn } from "./distribution-resources.js";

/**
 * The distributions that run: those that lead to a WebSocket API, one for each API. Each other one, and each
 * setting that works otherwise here, becomes a warning.
 */
export function servedDistributions(apis: readonly ServedApi[], model: Model): Distribution[] {
  const taken = new Set<string>();
  return model.distributions.flatMap((distribution) => {
    const hosts = distribution.origins.map(({ domainName }) => domainName);
    const api = apis.find(({ apiId }) => hosts.some((host) => host.startsWith(`${apiId}.execute-api.`)));
    const why = !api
      ? "it leads to no WebSocket API"
      : taken.has(api.apiId)
        ? `${api.name} has another distribution`
        : undefined;
    if (!api || why !== undefined) {
      model.warnings.push(`${distribution.name} does not run locally: ${why}.`);
      return [];
    }
    taken.add(api.apiId);
    return [served(distribution, api.apiId, model)];
  });
}

function served(declared: DistributionModel, apiId: string, model: Model): Distribution {
  const { name, distributionId, domainName, origins, config } = declared;
  const warn = (text: string) => model.warnings.push(`${name}: ${text}`);
  const behaviors = [
    ...objectsIn(config.CacheBehaviors),
    { ...objectAt(config, "DefaultCacheBehavior"), PathPattern: "*" },
  ];
  if (objectsIn(config.CustomErrorResponses).length > 0) warn("its error pages do not run locally.");
  return {
    name,
    distributionId,
    domainName,
    aliases: [config.Aliases ?? []].flat().map(String),
    behaviors: behaviors.map((behavior) => behaviorOf(behavior, model, warn)),
    origins: new Map(origins.map((origin) => [origin.id, origin])),
    defaultRootObject: String(config.DefaultRootObject ?? ""),
    apiId,
  };
}

type Warn = (text: string) => void;

function behaviorOf(behavior: Record<string, unknown>, model: Model, warn: Warn): Behavior {
  const pathPattern = String(behavior.PathPattern);
  const methods = [behavior.AllowedMethods ?? ["GET", "HEAD"]].flat().map(String);
  if (objectsIn(behavior.LambdaFunctionAssociations).length > 0) {
    warn(`the Lambda@Edge functions of ${pathPattern} do not run locally.`);
  }
  if (behavior.ResponseHeadersPolicyId !== undefined) {
    warn(`the response headers policy of ${pathPattern} does not run locally.`);
  }
  const viewerRequest = viewerRequestOf(behavior, model, warn);
  return {
    pathPattern,
    originId: String(behavior.TargetOriginId),
    allowedMethods: new Set(methods),
    forwards: forwardingOf(behavior.OriginRequestPolicyId, pathPattern, warn),
    ...(viewerRequest && { viewerRequest }),
  };
}

function viewerRequestOf(
  behavior: Record<string, unknown>,
  model: Model,
  warn: Warn,
): EdgeFunction | undefined {
  let found: EdgeFunction | undefined;
  for (const { EventType, FunctionARN } of objectsIn(behavior.FunctionAssociations)) {
    const fn = model.edgeFunctions.get(String(FunctionARN));
    if (EventType === "viewer-request" && fn) found = fn;
    else warn(`the ${EventType} function of ${behavior.PathPattern} does not run locally.`);
  }
  return found;
}

/**
 * CloudFront's own policies
 * (docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html).
 */
const MANAGED_POLICIES: Readonly<Record<string, Forwarding>> = {
  // AllViewer, AllViewerAndCloudFrontHeaders-2022-06, AllViewerExceptHostHeader
  "216adef6-5c7f-47e4-b989-5492eafa07d3": "all",
  "33f36d7e-f396-46d9-90e0-52428a34d9dc": "all",
  "b689b0a8-53d0-40ab-baf2-68738e2966ac": "all-but-host",
};

function forwardingOf(policyId: unknown, pathPattern: string, warn: Warn): Forwarding {
  if (policyId === undefined) return "nothing";
  const known = MANAGED_POLICIES[String(policyId)];
  if (known === undefined) {
    warn(`the origin request policy of ${pathPattern} is unknown here: all but the Host reaches the origin.`);
  }
  return known ?? "all-but-host";
}
