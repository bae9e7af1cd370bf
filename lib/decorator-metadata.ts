/**
 * Decorators that need to know types: Nest injects by what TypeScript's option `emitDecoratorMetadata` writes
 * into the code. esbuild does not write it (esbuild.github.io/content-types/#typescript-caveats), so files
 * with decorators pass the project's own TypeScript first. That takes a plugin, which esbuild runs only
 * asynchronously, and CDK asks synchronously: so another Node runs it, 0.3 s longer. Projects without the
 * option are built as ever.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BuildOptions, Metafile, OutputFile } from "esbuild";
import { packageFile } from "./package-file.js";

/** What the other Node prints. */
export interface MetadataBuild {
  readonly outputFiles: readonly { readonly path: string; readonly base64: string }[];
  readonly metafile: Metafile;
  /** esbuild's own, where it could not build. */
  readonly errors?: readonly object[];
  readonly message?: string;
}

const PROGRAM = packageFile("lib/build-with-metadata.ts");

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

/** As `buildSync`. Throws what that throws. */
export function buildWithMetadata(
  options: BuildOptions,
  config: string,
): { readonly outputFiles: OutputFile[]; readonly metafile: Metafile } {
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [...(PROGRAM.endsWith(".ts") ? ["--import", "tsx"] : []), PROGRAM],
    {
      input: JSON.stringify({ options, config }),
      encoding: "utf8",
      maxBuffer: MAX_BUFFER,
      env: { ...process.env, NODE_OPTIONS: "" },
    },
  );
  if (error || stdout === "") throw error ?? new Error(stderr);
  const { outputFiles, metafile, errors, message }: MetadataBuild = JSON.parse(stdout);
  if (errors) throw Object.assign(new Error(message), { errors });
  return {
    metafile,
    outputFiles: outputFiles.map(({ path, base64 }) => {
      const contents = Buffer.from(base64, "base64");
      return { path, contents, hash: "", text: String(contents) };
    }),
  };
}

/** A bundle and its map, in base64. */
const MAX_BUFFER = 256 * 1024 * 1024;
