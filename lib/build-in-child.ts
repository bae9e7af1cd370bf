/**
 * esbuild with a plugin, which it runs only asynchronously, and CDK asks synchronously: so another Node runs
 * it, half a second longer. For programs with decorators that need to know types (`decorator-metadata.ts`),
 * and for those whose sources name their own place (`source-places.ts`).
 */
import { spawnSync } from "node:child_process";
import type { BuildOptions, Metafile, OutputFile } from "esbuild";
import { packageFile } from "./package-file.js";

/** What happens to a program's own sources before they are bundled. */
export interface SourceSteps {
  /** A `tsconfig.json` that asks for the metadata of decorators. */
  readonly metadataConfig?: string | undefined;
  /** What the bundle's folder stands for, where sources name their place. */
  readonly root?: string | undefined;
}

/** What the other Node prints. */
export interface ChildBuild {
  readonly outputFiles: readonly { readonly path: string; readonly base64: string }[];
  readonly metafile: Metafile;
  /** esbuild's own, where it could not build. */
  readonly errors?: readonly object[];
  readonly message?: string;
}

/** `local/synth/recorder.cjs` knows it by its name: the bundle's files are all that it reads. */
const PROGRAM = packageFile("lib/build-with-plugin.ts");

/** A bundle and its map, in base64. */
const MAX_BUFFER = 256 * 1024 * 1024;

/** As `buildSync`. Throws what that throws. */
export function buildInChild(
  options: BuildOptions,
  steps: SourceSteps,
): { readonly outputFiles: OutputFile[]; readonly metafile: Metafile } {
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [...(PROGRAM.endsWith(".ts") ? ["--import", "tsx"] : []), PROGRAM],
    {
      input: JSON.stringify({ options: { ...options, absWorkingDir: process.cwd() }, steps }),
      // Where its own packages are.
      cwd: packageFile(""),
      encoding: "utf8",
      maxBuffer: MAX_BUFFER,
      env: { ...process.env, NODE_OPTIONS: "" },
    },
  );
  if (error || stdout === "") throw error ?? new Error(stderr);
  const { outputFiles, metafile, errors, message }: ChildBuild = JSON.parse(stdout);
  if (errors) throw Object.assign(new Error(message), { errors });
  return {
    metafile,
    outputFiles: outputFiles.map(({ path, base64 }) => {
      const contents = Buffer.from(base64, "base64");
      return { path, contents, hash: "", text: String(contents) };
    }),
  };
}
