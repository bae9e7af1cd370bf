import { createHash } from "node:crypto";
import { UnresolvedError } from "../errors.js";
import { evaluate, isObject, objectAt, type Scope } from "./intrinsics.js";
import { readJsonFile } from "./json-file.js";
import { LOCAL_ACCOUNT_ID, LOCAL_REGION, type Resource, type StackIdentity } from "./resource-type.js";
import { RESOURCE_TYPES, UNKNOWN_TYPE } from "./resources.js";
import type { DeclaredStack } from "./template.js";

/** One template, with what is needed to evaluate any part of it. */
export interface TemplateReader extends DeclaredStack {
  readonly scope: Scope;
  /** By logical id. */
  readonly resources: ReadonlyMap<string, Resource>;
  /** A stack within a stack. */
  readonly isNested: boolean;
}

type Warn = (warning: string) => void;

/**
 * The resources of all templates, nested stacks included. References are evaluated when
 * somebody asks, across stacks as well.
 */
export function declaredResources(stacks: readonly DeclaredStack[], warn: Warn): TemplateReader[] {
  const readers: TemplateReader[] = [];
  const importValue = (name: string) => {
    for (const { template, scope } of readers) {
      for (const output of Object.values(objectAt(template, "Outputs"))) {
        if (!isObject(output) || !isObject(output.Export)) continue;
        if (evaluate(output.Export.Name, scope) === name) return evaluate(output.Value, scope);
      }
    }
    return undefined;
  };
  const add = (stack: DeclaredStack, given?: Readonly<Record<string, unknown>>): TemplateReader => {
    const reader = read(stack, importValue, warn, add, given);
    readers.push(reader);
    return reader;
  };
  for (const stack of stacks) add(stack);
  return readers;
}

type AddNested = (stack: DeclaredStack, parameters: Readonly<Record<string, unknown>>) => TemplateReader;

function read(
  declared: DeclaredStack,
  importValue: Scope["importValue"],
  warn: Warn,
  addNested: AddNested,
  given?: Readonly<Record<string, unknown>>,
): TemplateReader {
  const { template, stackName, assets } = declared;
  const stack: StackIdentity = { stackName, region: LOCAL_REGION, accountId: LOCAL_ACCOUNT_ID };
  const resources = new Map<string, Resource>();
  const nested = new Map<string, TemplateReader>();
  const scope: Scope = {
    parameters: { ...defaults(template), ...pseudoParameters(stack) },
    mappings: objectAt(template, "Mappings"),
    conditions: objectAt(template, "Conditions"),
    importValue,
    ref(logicalId) {
      // What a nested stack is given may refer to one that is read later.
      if (given && logicalId in given) return given[logicalId];
      return resources.get(logicalId)?.physicalId;
    },
    attribute(logicalId, name) {
      const output = /^Outputs\.(.+)$/.exec(name)?.[1];
      const child = nested.get(logicalId);
      if (child && output)
        return evaluate(objectAt(objectAt(child.template, "Outputs"), output).Value, child.scope);
      const resource = resources.get(logicalId);
      return resource && attributeOf(resource, name, warn);
    },
  };
  if (given)
    for (const name of Object.keys(given)) delete (scope.parameters as Record<string, unknown>)[name];
  for (const [logicalId, resource] of Object.entries(objectAt(template, "Resources"))) {
    if (!isObject(resource)) continue;
    if (typeof resource.Condition === "string" && !evaluate({ Condition: resource.Condition }, scope))
      continue;
    const made = makeResource(logicalId, resource, stack, scope, assets);
    resources.set(logicalId, made);
    if (made.type === "AWS::CloudFormation::Stack") {
      nested.set(logicalId, readNested(made, objectAt(resource, "Properties"), scope, declared, addNested));
    }
  }
  return { ...declared, scope, resources, isNested: given !== undefined };
}

function makeResource(
  logicalId: string,
  declared: Record<string, unknown>,
  stack: StackIdentity,
  scope: Scope,
  assets: ReadonlyMap<string, string>,
): Resource {
  const properties = objectAt(declared, "Properties");
  const metadata = objectAt(declared, "Metadata");
  const property = (name: string) => evaluate(properties[name], scope);
  const text = (name: string) => (property(name) === undefined ? undefined : String(property(name)));
  const name = displayName(metadata["aws:cdk:path"]) ?? logicalId;
  return {
    logicalId,
    name,
    type: String(declared.Type),
    stack,
    property,
    text,
    number: (name) => (property(name) === undefined ? undefined : Number(property(name))),
    metadata: (name) => (typeof metadata[name] === "string" ? metadata[name] : undefined),
    get physicalId() {
      return (RESOURCE_TYPES[this.type] ?? UNKNOWN_TYPE).ref(this);
    },
    assetFolder(s3Key) {
      const asset = assets.get(s3Key);
      if (asset === undefined) throw new UnresolvedError(`${name}: no asset of the assembly is ${s3Key}.`);
      return asset;
    },
  };
}

/**
 * A construct's path without its stack and without what CDK adds below it:
 * `Chat/Api/App/Resource` is `Api/App`.
 */
function displayName(path: unknown): string | undefined {
  if (typeof path !== "string") return undefined;
  const parts = path.split("/").slice(1);
  if (parts.length > 1 && ["Resource", "Default"].includes(parts.at(-1) ?? "")) parts.pop();
  return parts.length === 0 ? undefined : parts.join("/");
}

/**
 * A nested stack's template is an asset whose key ends its address; its parameters are the parent's to give.
 */
function readNested(
  resource: Resource,
  properties: Record<string, unknown>,
  scope: Scope,
  { stackName, assets }: DeclaredStack,
  addNested: AddNested,
): TemplateReader {
  const key = resource.text("TemplateURL")?.split("/").at(-1) ?? "";
  const parameters: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(objectAt(properties, "Parameters"))) {
    Object.defineProperty(parameters, name, { enumerable: true, get: () => evaluate(value, scope) });
  }
  const template = readJsonFile(resource.assetFolder(key));
  return addNested({ template, stackName: `${stackName}-${resource.logicalId}`, assets }, parameters);
}

/**
 * A plausible text where the local stack does not know it: what needs it in earnest does not run here either.
 */
function attributeOf(resource: Resource, name: string, warn: Warn): unknown {
  const type = RESOURCE_TYPES[resource.type] ?? UNKNOWN_TYPE;
  const known = type.attributes?.[name]?.(resource);
  if (known !== undefined) return known;
  // An unknown type has its warning already.
  if (type !== UNKNOWN_TYPE)
    warn(`${resource.name}: its ${name} is not known locally; a name stands in its place.`);
  return `${resource.physicalId}.${name}`;
}

function defaults(template: Record<string, unknown>): Record<string, unknown> {
  const parameters = Object.entries(objectAt(template, "Parameters")).map(
    ([name, parameter]) => [name, isObject(parameter) ? parameter.Default : undefined] as const,
  );
  return Object.fromEntries(parameters);
}

function pseudoParameters({ stackName, region, accountId }: StackIdentity): Record<string, unknown> {
  return {
    "AWS::AccountId": accountId,
    "AWS::NotificationARNs": [],
    "AWS::Partition": "aws",
    "AWS::Region": region,
    "AWS::StackId": `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/${guid(stackName)}`,
    "AWS::StackName": stackName,
    "AWS::URLSuffix": "amazonaws.com",
  };
}

/** CloudFormation makes a new one for each stack; here it is the same at every start. */
function guid(stackName: string): string {
  const digits = createHash("sha256").update(stackName).digest("hex");
  const parts = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20)];
  return [...parts, digits.slice(20, 32)].join("-");
}
