import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { DockerImage, Stack, Stage } from "aws-cdk-lib";
import { Architecture, Code } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { LOCAL_CONTEXT } from "../runtime/contract.js";
import type { BundlingOptions } from "./bundling-options.js";
import { compile, writeCompiled, writeInto } from "./compile.js";
import { installedVersions, installPackages, nearestLockFile, type Processor } from "./node-modules.js";

export interface BundledCodeProps extends Omit<BundlingOptions, "files"> {
  /** Absolute path of the file that exports `handler`. */
  readonly entry: string;
  /** Import names that stand for a file: `{ "#app": "/home/me/app.ts" }`. */
  readonly alias?: Readonly<Record<string, string>>;
  /** Packages that the entry is known to need in full (`compile.ts`). */
  readonly inFull?: readonly string[] | undefined;
  /** More files of the asset, by their path in there. */
  readonly files?: Readonly<Record<string, Uint8Array>> | undefined;
  /** Files beside the program that its sources do not name; absolute paths. */
  readonly moreFiles?: readonly string[] | undefined;
  /** Hears which files went into the bundle, where it is made. */
  readonly onFiles?: (files: readonly string[]) => void;
}

/** A part of an asset: what decides about its content, and what writes it into a folder. */
interface Part {
  readonly fingerprint: readonly (string | Uint8Array)[];
  readonly write: (directory: string) => void;
}

/**
 * Bundles a Lambda function for `NodejsFunction`'s `code`: one ES module `index.mjs` with its
 * source map, the AWS SDK included, so that what was tested is what runs; and a folder
 * `node_modules` for what cannot be bundled.
 *
 * `NodejsFunction` would bundle by itself, but it starts `npx` for each function (0.7 s, and
 * subject to the user's npm configuration) or Docker where esbuild does not resolve. This runs
 * esbuild's binary directly. The context `aws:cdk:bundling-stacks` is respected: a stack that it
 * leaves out is synthesized without compiling anything.
 *
 * @throws BundlingError if the code does not compile or an import does not resolve.
 * @throws InvalidPropError for one of `nodeModules` that the project does not have.
 * @throws PackageInstallError (inside of CDK's own) if npm fails.
 */
export function bundle(scope: Construct, props: BundledCodeProps, architecture: Architecture): Code {
  const required = Stack.of(scope).bundlingRequired;
  const parts = required ? partsOf(scope, props, architecture) : [];
  return Code.fromAsset(dirname(props.entry), {
    ...(required ? { assetHash: hash(parts) } : {}),
    bundling: {
      // CDK asks for an image even when the bundling is local; this one is never pulled.
      image: DockerImage.fromRegistry("local-bundling-only"),
      local: {
        tryBundle(directory: string) {
          mkdirSync(directory, { recursive: true });
          for (const { write } of parts) write(directory);
          return true;
        },
      },
    },
  });
}

function partsOf(scope: Construct, props: BundledCodeProps, architecture: Architecture): Part[] {
  const packages = new Set(props.nodeModules);
  const onPackages = (names: readonly string[]) => {
    for (const name of names) packages.add(name);
  };
  const bundled = compiled(scope, props, onPackages);
  return [bundled, beside(props), ...installed(scope, props, [...packages], architecture)];
}

function compiled(
  scope: Construct,
  props: BundledCodeProps,
  onPackages: (names: readonly string[]) => void,
): Part {
  const { externalModules = [], nodeModules = [], files: _, ...rest } = props;
  // Source maps name sources relative to the bundle, and CDK stages assets at this depth
  // below its output folder.
  const folder = join(Stage.of(scope)?.outdir ?? process.cwd(), "asset");
  const files = compile({ ...rest, onPackages, external: [...externalModules, ...nodeModules] }, folder);
  return {
    fingerprint: files.flatMap(({ path, contents }) => [relative(folder, path), contents]),
    write: (directory) => writeCompiled(files, folder, directory),
  };
}

function beside({ files = {} }: BundledCodeProps): Part {
  return {
    fingerprint: Object.entries(files).flat(),
    write(directory) {
      for (const [path, contents] of Object.entries(files)) writeInto(join(directory, path), contents);
    },
  };
}

/**
 * Nothing for the local stack: its assets are below the project, so that imports find the
 * project's own `node_modules`.
 */
function installed(
  scope: Construct,
  { entry, alias = {} }: BundledCodeProps,
  nodeModules: readonly string[],
  architecture: Architecture,
): Part[] {
  if (nodeModules.length === 0) return [];
  const project = process.cwd();
  const folders = [...Object.values(alias), entry].map((file) => dirname(file));
  const packages = installedVersions(nodeModules, [...folders, project]);
  if (scope.node.tryGetContext(LOCAL_CONTEXT)) return [];
  const lockFile = nearestLockFile(project);
  const processor: Processor = architecture === Architecture.X86_64 ? "x64" : "arm64";
  return [
    {
      fingerprint: [
        JSON.stringify(packages),
        processor,
        lockFile === undefined ? "" : readFileSync(lockFile),
      ],
      write: (directory) => installPackages(packages, lockFile, processor, directory),
    },
  ];
}

function hash(parts: readonly Part[]): string {
  const sha256 = createHash("sha256");
  for (const content of parts.flatMap(({ fingerprint }) => fingerprint)) sha256.update(content);
  return sha256.digest("hex");
}
