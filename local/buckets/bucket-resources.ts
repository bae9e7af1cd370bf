import { functionNameOf } from "../lambda/function-resources.js";
import { isObject } from "../template/intrinsics.js";
import type { Model, Resource, ResourceType } from "../template/resource-type.js";

/** An S3 bucket behind a distribution: what was deployed into it, and what may be done with it. */
export interface BucketModel {
  readonly bucketName: string;
  /** As distributions name it for an origin. */
  readonly domainName: string;
  readonly deployments: BucketDeployment[];
  /** Whether the bucket's policy lets distributions read files, and hear which there are. */
  allows: { readonly get: boolean; readonly list: boolean };
}

export interface BucketDeployment {
  /** Absolute path of the folder whose files are in the bucket. */
  readonly folder: string;
  /** In front of each file's name: `""`, or `assets/`. */
  readonly prefix: string;
  /** Of each file, as S3 keeps it: `cache-control`, … */
  readonly metadata: Readonly<Record<string, string>>;
  /** By what stands for it in the files: a value that is known on deployment. */
  readonly values: Readonly<Record<string, string>>;
  /** Whether the values stand in texts of JSON. */
  readonly areInJson: boolean;
}

export const bucket: ResourceType = {
  ref: bucketName,
  attributes: {
    Arn: (resource) => `arn:aws:s3:::${bucketName(resource)}`,
    DomainName: (resource) => `${bucketName(resource)}.s3.amazonaws.com`,
    RegionalDomainName: domainName,
  },
  add(resource, model) {
    bucketModel(model, bucketName(resource), domainName(resource));
  },
  link(resource, model) {
    const names = [domainName(resource), `${bucketName(resource)}.s3.amazonaws.com`];
    const isBehindDoor = model.distributions.some(({ origins }) =>
      origins.some((origin) => names.includes(origin.domainName)),
    );
    if (isBehindDoor) return;
    model.buckets.delete(bucketName(resource));
    model.warnings.push(`${resource.name} does not run locally: only a bucket behind a distribution does.`);
  },
};

export const bucketPolicy: ResourceType = {
  ref: (resource) => resource.text("Bucket") ?? "",
  link(resource, model) {
    const made = model.buckets.get(resource.text("Bucket") ?? "");
    const document = resource.property("PolicyDocument");
    if (!made || !isObject(document)) return;
    const actions = statementsOf(document).flatMap(({ Effect, Principal, Action }) =>
      Effect === "Allow" && isDistribution(Principal) ? [Action].flat().map(String) : [],
    );
    const allows = (names: readonly string[]) => actions.some((action) => names.includes(action));
    made.allows = {
      get: made.allows.get || allows(["s3:GetObject", "s3:GetObject*", "s3:Get*", "s3:*"]),
      list: made.allows.list || allows(["s3:ListBucket", "s3:List*", "s3:*"]),
    };
  },
};

/** CDK's `BucketDeployment`. Its function would copy the files; here they are served from their folder. */
export const bucketDeployment: ResourceType = {
  ref: (resource) => `${resource.stack.stackName}-${resource.logicalId}`,
  attributes: {
    DestinationBucketArn: (resource) => `arn:aws:s3:::${resource.text("DestinationBucketName")}`,
  },
  add(resource, model) {
    model.providers.add(functionNameOf(resource.text("ServiceToken") ?? ""));
  },
  link(resource, model) {
    const made = model.buckets.get(resource.text("DestinationBucketName") ?? "");
    if (!made) return;
    const prefix = resource.text("DestinationBucketKeyPrefix") ?? "";
    const metadata = resource.property("SystemMetadata");
    const markers = listIn(resource, "SourceMarkers");
    const settings = listIn(resource, "SourceMarkersConfig");
    for (const [index, key] of listIn(resource, "SourceObjectKeys").entries()) {
      const [values, ofValues] = [markers[index], settings[index]];
      made.deployments.push({
        folder: resource.assetFolder(String(key)),
        prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
        metadata: isObject(metadata) ? textsIn(metadata) : {},
        values: isObject(values) ? textsIn(values) : {},
        areInJson: isObject(ofValues) && String(ofValues.jsonEscape) === "true",
      });
    }
  },
};

function bucketModel(model: Model, name: string, domain: string): BucketModel {
  const made = {
    bucketName: name,
    domainName: domain,
    deployments: [],
    allows: { get: false, list: false },
  };
  model.buckets.set(name, made);
  return made;
}

function statementsOf(document: Record<string, unknown>): Record<string, unknown>[] {
  return [document.Statement ?? []].flat().filter(isObject);
}

/** CloudFront with its origin access control, or an identity of the older kind; or anybody. */
function isDistribution(principal: unknown): boolean {
  if (principal === "*") return true;
  if (!isObject(principal)) return false;
  const { Service, AWS, CanonicalUser } = principal;
  const isService = [Service].flat().includes("cloudfront.amazonaws.com");
  return isService || AWS === "*" || CanonicalUser !== undefined;
}

function listIn(resource: Resource, property: string): unknown[] {
  return [resource.property(property) ?? []].flat();
}

function textsIn(record: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, String(value)]));
}

/** As `physicalName`, but in lower case: S3 takes no capitals. */
function bucketName(resource: Resource): string {
  const { stack, logicalId } = resource;
  return resource.text("BucketName") ?? `${stack.stackName}-${logicalId}`.toLowerCase().slice(0, 63);
}

function domainName(resource: Resource): string {
  return `${bucketName(resource)}.s3.${resource.stack.region}.amazonaws.com`;
}
