import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { TemplateError } from "./errors.js";
import type { WebSocketApi } from "./gateway/gateway.js";
import { evaluate, isObject, type Scope } from "./intrinsics.js";
import { RESOURCE_TYPES, UNKNOWN_TYPE } from "./resources/index.js";
import type {
  EventSourceModel,
  FunctionModel,
  Model,
  QueueModel,
  Resource,
  ScheduleModel,
  StackIdentity,
  TableModel,
} from "./resources/resource-type.js";
import { runnableRoutes } from "./routes-model.js";

/** What one synthesized stack asks for, with all references resolved. */
export interface StackModel extends StackIdentity {
  readonly api: WebSocketApi;
  readonly functions: ReadonlyMap<string, FunctionModel>;
  readonly asyncRetries: ReadonlyMap<string, number>;
  readonly failureDestinations: ReadonlyMap<string, string>;
  /** By ARN. */
  readonly queues: ReadonlyMap<string, QueueModel>;
  readonly eventSources: readonly EventSourceModel[];
  readonly tables: ReadonlyMap<string, TableModel>;
  readonly schedules: readonly ScheduleModel[];
  /** The template's outputs, as AWS would show them. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What the template declares and the local stack does not run, one sentence each. */
  readonly warnings: readonly string[];
}

/** Who and where the local stack is: the values of the pseudo parameters. */
const LOCAL_ACCOUNT_ID = "000000000000";
export const LOCAL_REGION = "us-east-1";

/**
 * Reads the stack with a WebSocket API out of a cloud assembly (`cdk.out`). Throws `TemplateError` where there is not
 * exactly one, and where the template cannot be understood; what it merely cannot run becomes a warning.
 */
export function readAssembly(folder: string): StackModel {
  const manifest = readJson(resolve(folder, "manifest.json"));
  const stacks = Object.entries(objectAt(manifest, "artifacts")).flatMap(([id, artifact]) => {
    if (!isObject(artifact) || artifact.type !== "aws:cloudformation:stack") return [];
    const { templateFile, stackName = id } = objectAt(artifact, "properties");
    const template = readJson(resolve(folder, String(templateFile)));
    const hasApi = Object.values(objectAt(template, "Resources")).some(
      (resource) => isObject(resource) && resource.Type === "AWS::ApiGatewayV2::Api",
    );
    return hasApi ? [{ id, stackName: String(stackName), template }] : [];
  });
  const [stack] = stacks;
  if (!stack || stacks.length > 1) {
    const found = stacks.length === 0 ? "none has" : `${stacks.map(({ id }) => id).join(", ")} have`;
    throw new TemplateError(
      `The local stack runs one stack with a WebSocket API; of the CDK app's, ${found} one.`,
    );
  }
  return readTemplate(stack.template, stack.stackName, readAssets(folder, stack.id));
}

/** Reads one template. `assets` gives the folder of each file asset by its S3 key. */
export function readTemplate(
  template: Record<string, unknown>,
  stackName: string,
  assets: ReadonlyMap<string, string>,
): StackModel {
  const stack: StackIdentity = { stackName, region: LOCAL_REGION, accountId: LOCAL_ACCOUNT_ID };
  const resources = new Map<string, Resource>();
  const scope = scopeOf(template, stack, resources);
  for (const [logicalId, declared] of Object.entries(objectAt(template, "Resources"))) {
    if (!isObject(declared)) continue;
    if (typeof declared.Condition === "string" && !evaluate({ Condition: declared.Condition }, scope))
      continue;
    const properties = isObject(declared.Properties) ? declared.Properties : {};
    const property = (name: string) => evaluate(properties[name], scope);
    const text = (name: string) => (property(name) === undefined ? undefined : String(property(name)));
    resources.set(logicalId, {
      logicalId,
      type: String(declared.Type),
      stack,
      property,
      text,
      number: (name) => (property(name) === undefined ? undefined : Number(property(name))),
      assetFolder(s3Key) {
        const asset = assets.get(s3Key);
        if (asset === undefined)
          throw new TemplateError(`${logicalId}: no asset of the assembly is ${s3Key}.`);
        return asset;
      },
    });
  }

  const model: Model = {
    apis: new Map(),
    integrations: new Map(),
    functions: new Map(),
    asyncRetries: new Map(),
    failureDestinations: new Map(),
    tables: new Map(),
    queues: new Map(),
    eventSources: [],
    schedules: [],
    warnings: [],
  };
  for (const resource of resources.values()) {
    const type = RESOURCE_TYPES[resource.type];
    if (type) type.add?.(resource, model);
    else model.warnings.push(`${resource.logicalId} does not run locally: ${resource.type} is unknown here.`);
  }
  for (const resource of resources.values()) RESOURCE_TYPES[resource.type]?.link?.(resource, model);
  const outputs = Object.entries(objectAt(template, "Outputs")).map(
    ([name, output]) => [name, String(evaluate(isObject(output) ? output.Value : "", scope))] as const,
  );
  return {
    ...stack,
    api: webSocketApi(model, stack),
    functions: model.functions,
    asyncRetries: model.asyncRetries,
    failureDestinations: model.failureDestinations,
    queues: model.queues,
    eventSources: model.eventSources,
    tables: model.tables,
    schedules: model.schedules,
    outputs: Object.fromEntries(outputs),
    warnings: model.warnings,
  };
}

function scopeOf(
  template: Record<string, unknown>,
  stack: StackIdentity,
  resources: ReadonlyMap<string, Resource>,
): Scope {
  const parameters = Object.entries(objectAt(template, "Parameters")).map(
    ([name, parameter]) => [name, isObject(parameter) ? parameter.Default : undefined] as const,
  );
  return {
    parameters: {
      ...Object.fromEntries(parameters),
      "AWS::AccountId": stack.accountId,
      "AWS::NotificationARNs": [],
      "AWS::Partition": "aws",
      "AWS::Region": stack.region,
      "AWS::StackId": `arn:aws:cloudformation:${stack.region}:${stack.accountId}:stack/${stack.stackName}/local`,
      "AWS::StackName": stack.stackName,
      "AWS::URLSuffix": "amazonaws.com",
    },
    mappings: objectAt(template, "Mappings"),
    conditions: objectAt(template, "Conditions"),
    ref(logicalId) {
      const resource = resources.get(logicalId);
      return resource && typeOf(resource).ref(resource);
    },
    attribute(logicalId, name) {
      const resource = resources.get(logicalId);
      return resource && typeOf(resource).attributes?.[name]?.(resource);
    },
  };
}

function typeOf(resource: Resource) {
  return RESOURCE_TYPES[resource.type] ?? UNKNOWN_TYPE;
}

function webSocketApi(model: Model, stack: StackIdentity): WebSocketApi {
  const [api] = model.apis.values();
  const [stage] = api?.stages ?? [];
  if (!api || !stage) throw new TemplateError("The template has no WebSocket API with a stage.");
  if (model.apis.size > 1 || api.stages.length > 1) {
    model.warnings.push(`Of several APIs and stages only ${api.apiId}/${stage.name} runs locally.`);
  }
  return {
    apiId: api.apiId,
    stage: stage.name,
    region: stack.region,
    accountId: stack.accountId,
    routeSelectionExpression: api.routeSelectionExpression,
    routes: new Map(runnableRoutes(api, model).map((route) => [route.routeKey, route])),
    ...(Object.keys(stage.variables).length > 0 && { stageVariables: stage.variables }),
  };
}

/** Asset manifest: which folder a function's S3 key stands for. */
function readAssets(folder: string, stackId: string): Map<string, string> {
  const file = resolve(folder, `${stackId}.assets.json`);
  const manifest = existsSync(file) ? readJson(file) : {};
  const assets = new Map<string, string>();
  for (const asset of Object.values(objectAt(manifest, "files"))) {
    if (!isObject(asset)) continue;
    const path = resolve(folder, String(objectAt(asset, "source").path));
    for (const destination of Object.values(objectAt(asset, "destinations"))) {
      if (isObject(destination)) assets.set(String(destination.objectKey), path);
    }
  }
  return assets;
}

function readJson(file: string): Record<string, unknown> {
  const value: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (!isObject(value)) throw new TemplateError(`${file} holds no JSON object.`);
  return value;
}

function objectAt(value: Record<string, unknown>, key: string): Record<string, unknown> {
  const found = value[key];
  return isObject(found) ? found : {};
}
