import { MissingEsbuildError } from "./errors.js";
import { optionalPackage } from "./optional-package.js";

/** @throws MissingEsbuildError where it is not installed. */
export function esbuild(): typeof import("esbuild") {
  const installed = optionalPackage("esbuild") as typeof import("esbuild") | undefined;
  if (!installed) throw new MissingEsbuildError();
  return installed;
}
