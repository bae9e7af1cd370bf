/**
 * The packages that only the local stack and the test kit need. They are optional peers,
 * and this is the one place that asks for them.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { isInstalled, optionalPackage } from "../lib/optional-package.js";
import { MissingPackageError } from "./errors.js";

interface LocalPackages {
  readonly dynalite: unknown;
  readonly velocityjs: typeof import("velocityjs");
  readonly ws: typeof import("ws");
}

/** With the major versions that `peerDependencies` asks for. */
const VERSIONS: Readonly<Record<keyof LocalPackages, string>> = { dynalite: "4", velocityjs: "2", ws: "8" };

/** @throws MissingPackageError where it is not installed. */
export function localPackage<Name extends keyof LocalPackages>(name: Name): LocalPackages[Name] {
  const installed = optionalPackage(name) as LocalPackages[Name] | undefined;
  if (installed === undefined) throw new MissingPackageError(missing());
  return installed;
}

/**
 * @throws MissingPackageError where one of them is not installed: the error names all that
 * are not, so one command is enough.
 */
export function checkLocalPackages(): void {
  const names = missing();
  if (names.length > 0) throw new MissingPackageError(names);
}

/**
 * For a stack that is synthesized here: `aws-cdk-lib` of the person's folder will do as well.
 *
 * @throws MissingPackageError as `checkLocalPackages` does
 */
export function checkStackPackages(project: string): void {
  const { resolve } = createRequire(join(project, "package.json"));
  const isThere = (name: string) => {
    try {
      resolve(name);
      return true;
    } catch {
      return isInstalled(name);
    }
  };
  const ofStack = Object.entries(STACK_VERSIONS).filter(([name]) => !isThere(name));
  const names = [...ofStack.map(([name, version]) => `${name}@${version}`), ...missing()];
  if (names.length > 0) throw new MissingPackageError(names);
}

const STACK_VERSIONS = { "aws-cdk-lib": "2", constructs: "10", esbuild: "0" };

function missing(): string[] {
  return Object.entries(VERSIONS).flatMap(([name, version]) =>
    isInstalled(name) ? [] : `${name}@${version}`,
  );
}
