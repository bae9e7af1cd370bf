import type { BucketModel } from "../buckets/bucket-resources.js";
import type { UnresolvedError } from "../errors.js";
import type { DistributionModel, EdgeFunction } from "../front-door/distribution-resources.js";
import type { AwsIntegration, Throttle } from "../gateway/gateway.js";

/** Who and where the local stack is: the values of the pseudo parameters. */
export const LOCAL_ACCOUNT_ID = "000000000000";
export const LOCAL_REGION = "us-east-1";

/** A resource as the template declares it, with its intrinsic functions evaluated when they are asked for. */
export interface Resource {
  readonly logicalId: string;
  /** What a person calls it: its construct's path in the stack, where the template has that. */
  readonly name: string;
  readonly type: string;
  readonly stack: StackIdentity;
  /** A top-level property with its intrinsics evaluated; undefined where the template does not set it. */
  property(name: string): unknown;
  text(name: string): string | undefined;
  number(name: string): number | undefined;
  /** What `Ref` gives. */
  readonly physicalId: string;
  metadata(name: string): string | undefined;
  /** Folder, or file, of the asset that an S3 key names. */
  assetFolder(s3Key: string): string;
}

export interface StackIdentity {
  readonly stackName: string;
  readonly region: string;
  readonly accountId: string;
}

/**
 * How the local stack sees one type of resource. To run another type (a queue, a schedule),
 * write one of these, add its part to `Model` and name it in `local/template/resources.ts`;
 * nothing else reads the template.
 */
export interface ResourceType {
  /** What `Ref` gives: the physical id. */
  readonly ref: (resource: Resource) => string;
  /** What `Fn::GetAtt` gives, by attribute name. */
  readonly attributes?: Readonly<Record<string, (resource: Resource) => string>>;
  /** Adds to the model what has to run. Absent where the resource needs nothing to run locally (a role). */
  readonly add?: (resource: Resource, model: Model) => void;
  /**
   * Runs when all have added theirs, for what depends on other resources. Throws
   * `TemplateError` for what AWS would refuse.
   */
  readonly link?: (resource: Resource, model: Model) => void;
}

/** What the resource types gather from a template; `readTemplate` makes a `StackModel` of it. */
export interface Model {
  readonly apis: Map<string, ApiModel>;
  readonly integrations: Map<string, IntegrationModel>;
  readonly functions: Map<string, FunctionModel>;
  /** By function name: why a function of the template cannot run here. */
  readonly foreignFunctions: Map<string, string>;
  /** Names of functions of CDK's own, whose work on deployment the local stack does itself. */
  readonly providers: Set<string>;
  readonly distributions: DistributionModel[];
  /** By ARN. */
  readonly edgeFunctions: Map<string, EdgeFunction>;
  /** By name. */
  readonly buckets: Map<string, BucketModel>;
  /** By physical id: what could not be read, and why. */
  readonly failures: Map<string, UnresolvedError>;
  /** By function name: how often a failed asynchronous invocation is repeated. */
  readonly asyncRetries: Map<string, number>;
  /** By function name: ARN of what gets the record of an asynchronous invocation that has failed for good. */
  readonly failureDestinations: Map<string, string>;
  readonly tables: Map<string, TableModel>;
  /** By ARN. */
  readonly queues: Map<string, QueueModel>;
  readonly eventSources: EventSourceModel[];
  readonly schedules: ScheduleModel[];
  readonly warnings: string[];
}

/** A schedule that invokes a function. */
export interface ScheduleModel {
  readonly everyMs: number;
  readonly functionName: string;
  readonly input: unknown;
}

export interface ApiModel {
  readonly apiId: string;
  /** Undefined until its resource is read. */
  name: string | undefined;
  protocol: "WEBSOCKET" | "HTTP" | undefined;
  routeSelectionExpression: string;
  readonly routes: RouteModel[];
  readonly stages: StageModel[];
  /** Ids of the routes that have a RouteResponse: half of what makes a route answer. */
  readonly routeResponses: Set<string>;
}

export interface StageModel {
  readonly name: string;
  readonly variables: Record<string, string>;
  /** Of each route that has none of its own. */
  readonly throttle: Throttle | undefined;
  /** By route key. */
  readonly routeThrottles: ReadonlyMap<string, Throttle>;
}

export interface RouteModel {
  readonly routeId: string;
  readonly routeKey: string;
  /** Id of the integration, undefined for a route without one. */
  readonly target: string | undefined;
  readonly selectsResponse: boolean;
}

export interface IntegrationModel {
  readonly type: string;
  readonly uri: string;
  /** @default the API's longest */
  readonly timeoutMs: number | undefined;
  /** Of an HTTP API's integration: `1.0` or `2.0`. */
  readonly payloadFormat: string | undefined;
  /** Whether API Gateway has a role in whose name it may call an AWS service. */
  readonly hasCredentials: boolean;
  /** Of an integration of type `AWS`. */
  readonly request: Omit<AwsIntegration, "uri">;
}

/** A Lambda function as the template declares it. */
export interface FunctionModel {
  readonly functionName: string;
  /** What lines of the log and errors call it: the user's file, or the construct. */
  readonly displayName: string;
  /** `file.export`, as in AWS. */
  readonly handler: string;
  /** Absolute path of the unpacked code. */
  readonly codeFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** Events at once; what comes beyond is throttled. Undefined where the template reserves nothing. */
  readonly reservedConcurrency?: number | undefined;
}

/** A DynamoDB table, in the shape that the CreateTable call takes. */
export interface TableModel {
  readonly TableName: string;
  readonly AttributeDefinitions: readonly unknown[];
  readonly KeySchema: readonly unknown[];
  readonly GlobalSecondaryIndexes?: readonly unknown[];
  readonly LocalSecondaryIndexes?: readonly unknown[];
}

/** An SQS queue. */
export interface QueueModel {
  readonly arn: string;
  readonly queueName: string;
  readonly isFifo: boolean;
  /** FIFO: a message without a deduplication id gets the hash of its body for one. */
  readonly deduplicatesByContent: boolean;
  /** FIFO: whether the same deduplication id may come in another group. */
  readonly deduplicationScope: "queue" | "messageGroup";
  readonly visibilityTimeoutMs: number;
  /** Body and attributes. */
  readonly maximumMessageBytes: number;
  readonly redrive: RedriveModel | undefined;
}

/** Where a message goes that was received `maxReceiveCount` times and never deleted. */
export interface RedriveModel {
  readonly deadLetterArn: string;
  readonly maxReceiveCount: number;
}

/** An event source mapping: a function is invoked with the messages of a queue. */
export interface EventSourceModel {
  readonly functionName: string;
  readonly queueArn: string;
  /** Messages in one event at most. */
  readonly batchSize: number;
  /** The function answers with the messages that it could not handle. */
  readonly reportsItemFailures: boolean;
  /** Batches at once; undefined where the template does not limit them. */
  readonly maximumConcurrency: number | undefined;
}

/**
 * A physical name for a resource that the template does not name: as CloudFormation does, from the stack and
 * the logical id, but without the random tail, so that it stays the same from one start to the next.
 */
export function physicalName(resource: Resource, property: string, maxCharacters: number): string {
  return (
    resource.text(property) ?? `${resource.stack.stackName}-${resource.logicalId}`.slice(0, maxCharacters)
  );
}

export function arn(resource: Resource, service: string, path: string): string {
  return `arn:aws:${service}:${resource.stack.region}:${resource.stack.accountId}:${path}`;
}
