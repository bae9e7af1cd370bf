import { resolve } from "node:path";
import type { BuildOptions, BuildResult, SameShape } from "esbuild";
import * as esbuild from "esbuild";
import { surroundings } from "./inputs.js";
import { record } from "./recording.js";

/**
 * Stands in for `esbuild` in the CDK app: the same, but each build notes its inputs by way of its metafile, the one list that
 * also has the files of which nothing is left in the bundle.
 */
export * from "esbuild";

export function buildSync<Options extends BuildOptions>(
  options: SameShape<BuildOptions, Options>,
): BuildResult<Options> {
  const result = esbuild.buildSync({ ...options, metafile: true } as BuildOptions);
  recordInputs(result, options);
  return result as BuildResult<Options>;
}

export async function build<Options extends BuildOptions>(
  options: SameShape<BuildOptions, Options>,
): Promise<BuildResult<Options>> {
  const result = await esbuild.build({ ...options, metafile: true } as BuildOptions);
  recordInputs(result, options);
  return result as BuildResult<Options>;
}

function recordInputs({ metafile }: BuildResult, { absWorkingDir = process.cwd() }: BuildOptions): void {
  for (const name of Object.keys(metafile?.inputs ?? {})) {
    // A name with a colon is no file: `(disabled):node_modules/…` or a plugin's namespace.
    if (name.includes(":")) continue;
    const file = resolve(absWorkingDir, name);
    record({ kind: "content", name: file });
    for (const input of surroundings(file)) record(input);
  }
}
