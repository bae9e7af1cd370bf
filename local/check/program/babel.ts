import type * as Parser from "@babel/parser";
import type { TraverseOptions } from "@babel/traverse";
import type { Node } from "@babel/types";
import { optionalPackage } from "../../../lib/optional-package.js";
import { MissingPackageError } from "../../errors.js";

type Traverse = (ast: Node, visitors: TraverseOptions) => void;

interface Babel {
  readonly parse: typeof Parser.parse;
  readonly traverse: Traverse;
}

/** With the major versions that `peerDependencies` asks for. */
const PACKAGES = { "@babel/parser": "7", "@babel/traverse": "7" };

/**
 * Parser and scopes. Both are optional peers: only `check` needs them (docs/decisions/check.md).
 *
 * @throws MissingPackageError with the command that installs what is missing
 */
export function babel(): Babel {
  const found = installedBabel();
  if (found) return found;
  const missing = Object.entries(PACKAGES).filter(([name]) => optionalPackage(name) === undefined);
  const names = missing.map(([name, version]) => `${name}@${version}`);
  throw new MissingPackageError(names, "socket.io-lambda check needs");
}

/** undefined where one of the two is not installed. */
export function installedBabel(): Babel | undefined {
  const parser = optionalPackage("@babel/parser") as typeof Parser | undefined;
  const traverse = optionalPackage("@babel/traverse") as { readonly default: Traverse } | undefined;
  return parser && traverse && { parse: parser.parse, traverse: traverse.default };
}
