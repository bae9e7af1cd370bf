/**
 * Decorators that need to know types: Nest injects by what TypeScript's option `emitDecoratorMetadata` writes
 * into the code. esbuild does not write it (esbuild.github.io/content-types/#typescript-caveats), so files
 * with decorators pass the project's own TypeScript first. Projects without the option are built as ever.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The part of TypeScript's API that 5 and 6 have, and 7 has not. */
export interface TypeScript {
  transpileModule?(text: string, options: object): { readonly outputText: string };
}

/** The nearest `tsconfig.json` of a file, where it asks for the metadata. */
export function metadataConfig(file: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const config = join(folder, "tsconfig.json");
    if (existsSync(config)) {
      const asks = /"emitDecoratorMetadata"\s*:\s*true/.test(readFileSync(config, "utf8"));
      return asks ? config : undefined;
    }
    if (folder === dirname(folder)) return undefined;
  }
}

/** JavaScript with the metadata. Undefined for a file without decorators. @throws Error for TypeScript 7 */
export function withMetadata(
  text: string,
  path: string,
  { transpileModule }: TypeScript,
): string | undefined {
  if (!/\.[cm]?ts$/.test(path) || !/^\s*@\w/m.test(text)) return undefined;
  if (!transpileModule) {
    const found = "The project's TypeScript has no API that writes decorator metadata (version 7).";
    throw new Error(`${found} Install TypeScript 5, or build first and name the JavaScript.`);
  }
  return transpileModule(text, { fileName: path, compilerOptions: COMPILER_OPTIONS }).outputText;
}

const COMPILER_OPTIONS = {
  target: 9, // ES2022
  module: 99, // ESNext
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  useDefineForClassFields: false,
  inlineSourceMap: true,
};
