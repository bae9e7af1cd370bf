import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DockerImage, Stack, Stage } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { OutputFile } from "esbuild";
import { type BundleProps, compile } from "./compile.js";

export type { BundleProps };

/**
 * Bundles a Lambda function for `NodejsFunction`'s `code`: one ES module `index.mjs` with its source map, the AWS SDK
 * included, so that what was tested is what runs.
 *
 * `NodejsFunction` would bundle by itself, but it starts `npx` for each function (0.7 s, and subject to the user's npm
 * configuration) or Docker where esbuild does not resolve. This runs esbuild's binary directly. The context
 * `aws:cdk:bundling-stacks` is respected: a stack that it leaves out is synthesized without compiling anything.
 *
 * @throws BundlingError if the code does not compile or an import does not resolve.
 */
export function bundle(scope: Construct, props: BundleProps): Code {
  const required = Stack.of(scope).bundlingRequired;
  // Source maps name sources relative to the bundle, and CDK stages assets at this depth below its output folder.
  const folder = join(Stage.of(scope)?.outdir ?? process.cwd(), "asset");
  const files = required ? compile(props, folder) : [];
  return Code.fromAsset(dirname(props.entry), {
    ...(required ? { assetHash: hash(files) } : {}),
    bundling: {
      // CDK asks for an image even when the bundling is local; this one is never pulled.
      image: DockerImage.fromRegistry("local-bundling-only"),
      local: { tryBundle: (directory: string) => write(files, directory) },
    },
  });
}

function write(files: readonly OutputFile[], directory: string): true {
  mkdirSync(directory, { recursive: true });
  for (const file of files) writeFileSync(join(directory, basename(file.path)), file.contents);
  return true;
}

function hash(files: readonly OutputFile[]): string {
  const sha256 = createHash("sha256");
  for (const file of files) sha256.update(basename(file.path)).update(file.contents);
  return sha256.digest("hex");
}
