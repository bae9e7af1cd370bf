import type { BucketModel } from "../buckets/bucket-resources.js";
import { UnresolvedError } from "../errors.js";
import type { Distribution } from "../front-door/distribution.js";
import { servedDistributions } from "../front-door/distributions-model.js";
import type { HttpApi } from "../http-api/http-api.js";
import { servedHttpApis } from "../http-api/http-apis-model.js";
import { declaredResources, type TemplateReader } from "./declared-resources.js";
import { evaluate, isObject, objectAt } from "./intrinsics.js";
import type { EventSourceModel, FunctionModel, Model, QueueModel, Resource } from "./resource-type.js";
import { LOCAL_ACCOUNT_ID, LOCAL_REGION, type ScheduleModel, type TableModel } from "./resource-type.js";
import { RESOURCE_TYPES } from "./resources.js";
import type { ServedApi } from "./served-apis.js";
import { servedApis } from "./served-apis.js";

export { LOCAL_REGION } from "./resource-type.js";

/** One synthesized stack, as the assembly declares it. */
export interface DeclaredStack {
  readonly template: Record<string, unknown>;
  readonly stackName: string;
  /** The folder, or the file, of each asset by its S3 key. */
  readonly assets: ReadonlyMap<string, string>;
}

/** What all synthesized stacks ask for together, with all references resolved. */
export interface StackModel {
  readonly region: string;
  readonly accountId: string;
  /** At least one. */
  readonly apis: readonly [ServedApi, ...ServedApi[]];
  /** Those behind a distribution. */
  readonly httpApis: readonly HttpApi[];
  /** Those that lead to a WebSocket API. */
  readonly distributions: readonly Distribution[];
  /** By name: those behind a distribution. */
  readonly buckets: ReadonlyMap<string, BucketModel>;
  readonly functions: ReadonlyMap<string, FunctionModel>;
  readonly asyncRetries: ReadonlyMap<string, number>;
  readonly failureDestinations: ReadonlyMap<string, string>;
  /** By ARN. */
  readonly queues: ReadonlyMap<string, QueueModel>;
  readonly eventSources: readonly EventSourceModel[];
  readonly tables: ReadonlyMap<string, TableModel>;
  readonly schedules: readonly ScheduleModel[];
  /** The templates' outputs, as AWS would show them. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What the templates declare and the local stack does not run, one sentence each. */
  readonly warnings: readonly string[];
}

/** Reads one template. `assets` gives the folder of each file asset by its S3 key. */
export function readTemplate(
  template: Record<string, unknown>,
  stackName: string,
  assets: ReadonlyMap<string, string>,
): StackModel {
  return readTemplates([{ template, stackName, assets }]);
}

/**
 * Reads the templates of an assembly, which may refer to each other. Throws `TemplateError` where no API is
 * among them, or a function behind a route could not run.
 */
export function readTemplates(stacks: readonly DeclaredStack[]): StackModel {
  const model: Model = {
    apis: new Map(),
    integrations: new Map(),
    functions: new Map(),
    foreignFunctions: new Map(),
    providers: new Set(),
    distributions: [],
    edgeFunctions: new Map(),
    buckets: new Map(),
    failures: new Map(),
    asyncRetries: new Map(),
    failureDestinations: new Map(),
    tables: new Map(),
    queues: new Map(),
    eventSources: [],
    schedules: [],
    warnings: [],
  };
  const readers = declaredResources(stacks, (warning) => model.warnings.push(warning));
  const resources = readers.flatMap((reader) => [...reader.resources.values()]);
  for (const resource of resources) {
    const type = RESOURCE_TYPES[resource.type];
    if (type) attempt(resource, model, () => type.add?.(resource, model));
    else model.warnings.push(`${resource.name} does not run locally: ${resource.type} is unknown here.`);
  }
  for (const resource of resources) {
    attempt(resource, model, () => RESOURCE_TYPES[resource.type]?.link?.(resource, model));
  }
  const outputs = outputsOf(readers, model);
  const apis = servedApis(model);
  const distributions = servedDistributions(apis, model);
  return {
    region: LOCAL_REGION,
    accountId: LOCAL_ACCOUNT_ID,
    apis,
    httpApis: servedHttpApis(distributions, model),
    distributions,
    buckets: model.buckets,
    functions: model.functions,
    asyncRetries: model.asyncRetries,
    failureDestinations: model.failureDestinations,
    queues: model.queues,
    eventSources: model.eventSources,
    tables: model.tables,
    schedules: model.schedules,
    outputs,
    warnings: [...new Set(model.warnings)],
  };
}

/**
 * What one resource declares and the local stack cannot work out stops the start only where
 * a route needs it; `servedApis` looks.
 */
function attempt(resource: Resource, model: Model, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof UnresolvedError)) throw error;
    model.failures.set(resource.physicalId, error);
    model.warnings.push(`${resource.name} does not run locally: ${error.message}`);
  }
}

function outputsOf(readers: readonly TemplateReader[], model: Model): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const { stackName, isNested, template, scope } of readers) {
    if (isNested) continue;
    for (const [name, output] of Object.entries(objectAt(template, "Outputs"))) {
      // CDK's own references from one stack to another; no person reads them.
      if (!isObject(output) || name.startsWith("ExportsOutput")) continue;
      try {
        const isTaken = name in outputs;
        outputs[isTaken ? `${stackName}.${name}` : name] = String(evaluate(output.Value, scope));
      } catch (error) {
        if (!(error instanceof UnresolvedError)) throw error;
        model.warnings.push(`The output ${name} has no value locally: ${error.message}`);
      }
    }
  }
  return outputs;
}
