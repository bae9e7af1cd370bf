import { createHash } from "node:crypto";
import { FILE_METADATA } from "../../runtime/contract.js";
import { TemplateError } from "../errors.js";
import { isObject, objectAt } from "../template/intrinsics.js";
import type { Resource, ResourceType } from "../template/resource-type.js";
import type { EdgeFunction, OriginSettings } from "./distribution.js";
import { checkCompiles } from "./edge-function.js";

export type { EdgeFunction } from "./distribution.js";

/** A distribution as it stands in the template; its parts are checked when all resources are known. */
export interface DistributionModel {
  readonly name: string;
  readonly distributionId: string;
  readonly domainName: string;
  readonly origins: readonly OriginSettings[];
  /** `DistributionConfig` */
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * CloudFront's defaults
 * (docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html).
 */
const DEFAULT_READ_TIMEOUT_SECONDS = 30;
const DEFAULT_ATTEMPTS = 3;

/** docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html */
const MAX_FUNCTION_BYTES = 10 * 1024;

export const distribution: ResourceType = {
  ref: distributionId,
  attributes: { Id: distributionId, DomainName: domainName },
  add(resource, model) {
    const config = resource.property("DistributionConfig");
    if (!isObject(config)) return;
    model.distributions.push({
      name: resource.name,
      distributionId: distributionId(resource),
      domainName: domainName(resource),
      origins: objectsIn(config.Origins).map(originOf),
      config,
    });
  },
};

export const edgeFunction: ResourceType = {
  ref: functionArn,
  attributes: { FunctionARN: functionArn, "FunctionMetadata.FunctionARN": functionArn },
  add(resource, model) {
    const code = resource.text("FunctionCode") ?? "";
    const name = resource.metadata(FILE_METADATA) ?? resource.name;
    checkCode(resource, code);
    const made: EdgeFunction = { name, code };
    checkCompiles(made);
    model.edgeFunctions.set(functionArn(resource), made);
  },
};

export const originAccessControl: ResourceType = {
  ref: (resource) => `E${digest(resource, 13)}`,
  attributes: { Id: (resource) => `E${digest(resource, 13)}` },
};

/** What CloudFront refuses when the function is deployed. */
function checkCode(resource: Resource, code: string): void {
  const bytes = Buffer.byteLength(code);
  if (bytes > MAX_FUNCTION_BYTES) {
    throw new TemplateError(
      `${resource.name} is a CloudFront function of ${bytes} bytes, and CloudFront takes ${MAX_FUNCTION_BYTES}: make it smaller.`,
    );
  }
  const config = resource.property("FunctionConfig");
  const runtime = isObject(config) ? config.Runtime : undefined;
  if (runtime !== "cloudfront-js-2.0" && /^\s*import\s/m.test(code)) {
    throw new TemplateError(
      `${resource.name} imports a module, which a CloudFront function of the runtime ${runtime} cannot: set FunctionRuntime.JS_2_0.`,
    );
  }
}

function originOf(origin: Record<string, unknown>): OriginSettings {
  const headers = objectsIn(origin.OriginCustomHeaders).map(({ HeaderName, HeaderValue }) => [
    String(HeaderName).toLowerCase(),
    String(HeaderValue),
  ]);
  const seconds = objectAt(origin, "CustomOriginConfig").OriginReadTimeout ?? DEFAULT_READ_TIMEOUT_SECONDS;
  return {
    id: String(origin.Id),
    domainName: String(origin.DomainName),
    path: String(origin.OriginPath ?? ""),
    headers: Object.fromEntries(headers),
    readTimeoutMs: Number(seconds) * 1000,
    attempts: Number(origin.ConnectionAttempts ?? DEFAULT_ATTEMPTS),
  };
}

export function objectsIn(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function distributionId(resource: Resource): string {
  return `E${digest(resource, 13)}`;
}

function domainName(resource: Resource): string {
  return `d${digest(resource, 13).toLowerCase()}.cloudfront.net`;
}

function functionArn(resource: Resource): string {
  const name = resource.text("Name") ?? `${resource.stack.stackName}-${resource.logicalId}`;
  return `arn:aws:cloudfront::${resource.stack.accountId}:function/${name}`;
}

/** The same at every start. */
function digest({ stack, logicalId }: Resource, characters: number): string {
  const hash = createHash("sha256").update(`${stack.stackName}/${logicalId}`).digest("hex");
  return BigInt(`0x${hash}`).toString(36).toUpperCase().slice(0, characters);
}
