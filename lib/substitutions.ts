/** `bundling.define` and `bundling.loader`, checked before esbuild refuses them in its own words. */
import type { Loader } from "esbuild";
import { InvalidPropError } from "./errors.js";

/** https://esbuild.github.io/content-types/ */
const LOADERS = new Set<Loader>([
  "base64",
  "binary",
  "copy",
  "css",
  "dataurl",
  "default",
  "empty",
  "file",
  "js",
  "json",
  "jsx",
  "local-css",
  "text",
  "ts",
  "tsx",
]);

/** What esbuild calls an entity: `a`, or `a.b.c`. */
const ENTITY = /^[\p{ID_Start}$_][\p{ID_Continue}$]*(\.[\p{ID_Start}$_][\p{ID_Continue}$]*)*$/u;

/** @throws InvalidPropError */
export function checkDefine(define: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(define)) {
    const example = `{ ${JSON.stringify(name)}: ${JSON.stringify(JSON.stringify(value) ?? "undefined")} }`;
    if (!ENTITY.test(name)) {
      throw new InvalidPropError(
        "bundling.define",
        `${JSON.stringify(name)} is no name that code can have.`,
        'Give identifiers, with dots between them: "DEBUG", "process.env.NODE_ENV".',
      );
    }
    if (typeof value !== "string" || !isExpression(value)) {
      throw new InvalidPropError(
        "bundling.define",
        `${name} is ${JSON.stringify(value) ?? String(value)}, which is no JavaScript expression as a text.`,
        `Give JSON, or a name. For the value itself, write ${example}.`,
      );
    }
  }
}

/** @throws InvalidPropError */
export function checkLoader(loader: Readonly<Record<string, unknown>>): void {
  for (const [extension, kind] of Object.entries(loader)) {
    if (!/^\.[^/\\]+$/.test(extension)) {
      throw new InvalidPropError(
        "bundling.loader",
        `${JSON.stringify(extension)} is no extension.`,
        'Begin it with a dot: { ".graphql": "text" }.',
      );
    }
    if (!LOADERS.has(kind as Loader)) {
      throw new InvalidPropError(
        "bundling.loader",
        `there is no loader ${JSON.stringify(kind) ?? String(kind)} for ${extension}.`,
        `Use one of ${[...LOADERS].join(", ")}.`,
      );
    }
  }
}

function isExpression(text: string): boolean {
  if (ENTITY.test(text)) return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
