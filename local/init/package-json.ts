import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { OwnPackage } from "../own-package.js";

/** What the app needs where it runs; bundled for Lambda. */
const DEPENDENCIES = ["socket.io"];

/** The rest: the CDK, the test, and what the local stack and the kit run on. */
const DEV_DEPENDENCIES = [
  "@types/node",
  "aws-cdk",
  "aws-cdk-lib",
  "constructs",
  "dynalite",
  "esbuild",
  "socket.io-client",
  "tsx",
  "typescript",
  "velocityjs",
  "vitest",
  "ws",
];

/**
 * The new project's package.json. Versions are those that this package is tested with: they
 * are read from its own.
 */
export function packageJson(name: string, own: OwnPackage): object {
  const versions = { ...own.peerDependencies, ...own.devDependencies, ...own.dependencies };
  const pick = (names: readonly string[]) =>
    Object.fromEntries(names.map((one) => [one, versions[one] ?? "*"]));
  return {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    scripts: {
      start: "socket.io-lambda dev",
      test: "tsc && vitest run",
      deploy: "cdk deploy",
    },
    dependencies: { ...pick(DEPENDENCIES), "socket.io-lambda": specOf(own) },
    // The optional peers are what the construct, the local stack and the kit ask for.
    devDependencies: pick(
      [...new Set([...DEV_DEPENDENCIES, ...Object.keys(own.peerDependencies)])]
        .filter((one) => !DEPENDENCIES.includes(one))
        .sort(),
    ),
  };
}

/**
 * How the project gets this package: from the very file that it was installed from
 * (`npx ./socket.io-lambda-0.1.0.tgz init`), which npm notes in a lock file beside it;
 * otherwise from the registry.
 */
function specOf({ folder, version }: OwnPackage): string {
  const modules = dirname(folder);
  const lockFile = join(modules, ".package-lock.json");
  if (basename(modules) !== "node_modules" || !existsSync(lockFile)) return `^${version}`;
  const { packages = {} } = JSON.parse(readFileSync(lockFile, "utf8")) as {
    packages?: Record<string, { resolved?: string }>;
  };
  const resolved = packages["node_modules/socket.io-lambda"]?.resolved ?? "";
  if (!resolved.startsWith("file:")) return `^${version}`;
  // npm writes it relative to the folder that has node_modules.
  return `file:${resolve(dirname(modules), resolved.slice("file:".length))}`;
}
