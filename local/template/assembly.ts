import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { TemplateError } from "../errors.js";
import { isObject, objectAt } from "./intrinsics.js";
import { readJsonFile } from "./json-file.js";
import { type DeclaredStack, readTemplates, type StackModel } from "./template.js";

/**
 * Reads all stacks of a cloud assembly (`cdk.out`), those of CDK's `Stage`s too. Throws
 * `TemplateError` where none has a WebSocket API, and where what its routes need cannot be
 * understood; what merely cannot run becomes a warning.
 */
export function readAssembly(folder: string): StackModel {
  const stacks = declaredStacks(folder);
  const hasApi = stacks.some(({ template }) => hasResource(template, "AWS::ApiGatewayV2::Api"));
  const hasNested = stacks.some(({ template }) => hasResource(template, "AWS::CloudFormation::Stack"));
  if (!hasApi && !hasNested) {
    const names = stacks.map(({ stackName }) => stackName).join(", ");
    throw new TemplateError(
      `No stack of the CDK app${names && ` (${names})`} has a SocketIoApi. Add: new SocketIoApi(stack, "Api", { app: "app.ts" }) with import { SocketIoApi } from "socket.io-lambda/cdk"`,
    );
  }
  return readTemplates(stacks);
}

function declaredStacks(folder: string): DeclaredStack[] {
  const manifest = readJsonFile(resolve(folder, "manifest.json"));
  return Object.entries(objectAt(manifest, "artifacts")).flatMap(([id, artifact]) => {
    if (!isObject(artifact)) return [];
    const properties = objectAt(artifact, "properties");
    if (artifact.type === "cdk:cloud-assembly") {
      return declaredStacks(resolve(folder, String(properties.directoryName)));
    }
    if (artifact.type !== "aws:cloudformation:stack") return [];
    const { templateFile, stackName = id } = properties;
    const template = readJsonFile(resolve(folder, String(templateFile)));
    return [{ template, stackName: String(stackName), assets: readAssets(folder, id) }];
  });
}

function hasResource(template: Record<string, unknown>, type: string): boolean {
  return Object.values(objectAt(template, "Resources")).some(
    (resource) => isObject(resource) && resource.Type === type,
  );
}

/** Asset manifest: the folder or file that an S3 key stands for. */
function readAssets(folder: string, stackId: string): Map<string, string> {
  const file = resolve(folder, `${stackId}.assets.json`);
  const manifest = existsSync(file) ? readJsonFile(file) : {};
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
