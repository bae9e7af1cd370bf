import { existsSync } from "node:fs";
import { isBuiltin } from "node:module";
import { resolve } from "node:path";
import type { Loader } from "esbuild";
import { InvalidPropError } from "./errors.js";
import { checkDefine, checkLoader } from "./substitutions.js";

/** What of a function's imports is bundled, and how. */
export interface BundlingOptions {
  /**
   * Packages that are left out of the bundle, for the function finds them when it runs: in a
   * layer (`/opt/nodejs/node_modules`) or in the runtime (`@aws-sdk/*`, whose version AWS then
   * chooses). `*` stands for any characters.
   * @default [] everything is bundled
   */
  readonly externalModules?: readonly string[];
  /**
   * Packages that are installed beside the bundle, with npm: native addons (`sharp`), and packages that read
   * files of their own. Versions are those of the project's `package-lock.json`, the platform is Lambda's.
   * @default []
   */
  readonly nodeModules?: readonly string[];
  /**
   * Files and folders of the program that its sources do not name, because it puts their paths together as it
   * runs. They lie below the bundle as they lie below the program's own folder. What the sources name
   * (`path.join(__dirname, "public")`) is there without. A relative path starts at the folder where CDK runs.
   * @default []
   */
  readonly files?: readonly string[];
  /**
   * Names that are replaced by a JavaScript expression:
   * `{ "process.env.NODE_ENV": '"production"' }`. esbuild's `define`.
   */
  readonly define?: Readonly<Record<string, string>>;
  /** How files are read, by extension: `{ ".graphql": "text" }`. esbuild's `loader`. */
  readonly loader?: Readonly<Record<string, Loader>>;
}

/** What npm takes for a name. */
const PACKAGE_NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;

/** @throws InvalidPropError */
export function validBundling(options: BundlingOptions): BundlingOptions {
  const { externalModules = [], nodeModules = [], files = [] } = options;
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) {
    throw new InvalidPropError(
      "bundling.files",
      `there is no file or folder ${resolve(missing)}.`,
      "Give paths relative to the folder where CDK runs.",
    );
  }
  const odd = nodeModules.find((name) => !PACKAGE_NAME.test(name));
  if (odd !== undefined) {
    throw new InvalidPropError(
      "bundling.nodeModules",
      `it has ${JSON.stringify(odd)}, which is not the name of a package.`,
      'Give names alone, such as "sharp": the version is the one that the project has.',
    );
  }
  const builtin = nodeModules.find((name) => isBuiltin(name));
  if (builtin !== undefined) {
    throw new InvalidPropError(
      "bundling.nodeModules",
      `${builtin} is a part of Node, which every function has.`,
      "Leave it out.",
    );
  }
  const both = nodeModules.find((name) => externalModules.includes(name));
  if (both !== undefined) {
    throw new InvalidPropError(
      "bundling",
      `${both} is in externalModules and in nodeModules.`,
      "Keep it in nodeModules to install it beside the bundle, or in externalModules where a layer has it.",
    );
  }
  const own = [...externalModules, ...nodeModules].find(leavesOutOurs);
  if (own !== undefined) {
    throw new InvalidPropError(
      "bundling",
      `${own} has to be in the bundle.`,
      "Leave it out here: the bundle has the parts of it that run on Lambda.",
    );
  }
  checkDefine(options.define ?? {});
  checkLoader(options.loader ?? {});
  return options;
}

/** Two copies of these would not know each other's sockets. */
const OWN_PACKAGES = ["socket.io", "socket.io-adapter", "socket.io-parser", "engine.io", "socket.io-lambda"];

/** Whether a name or a pattern, in which esbuild takes one `*`, stands for one of them or a file of it. */
function leavesOutOurs(pattern: string): boolean {
  const [start = "", end] = pattern.split("*", 2);
  return OWN_PACKAGES.some((name) =>
    end === undefined
      ? pattern === name || pattern.startsWith(`${name}/`)
      : start.startsWith(`${name}/`) || (name.startsWith(start) && name.slice(start.length).endsWith(end)),
  );
}
