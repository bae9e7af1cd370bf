/** The program of `build-in-child.ts`. Options on stdin, the result on stdout. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, extname } from "node:path";
import type { BuildFailure, BuildOptions, Loader, Plugin } from "esbuild";
import type { ChildBuild, SourceSteps } from "./build-in-child.js";
import { type TypeScript, withMetadata } from "./decorator-metadata.js";
import { esbuild } from "./esbuild.js";
import { withItsPlace } from "./source-places.js";

const { options, steps }: { options: BuildOptions; steps: SourceSteps } = JSON.parse(readFileSync(0, "utf8"));

function sourceSteps({ metadataConfig, root }: SourceSteps): Plugin {
  const typescript: TypeScript | undefined =
    metadataConfig === undefined ? undefined : createRequire(metadataConfig)("typescript");
  return {
    name: "source-steps",
    setup({ onLoad }) {
      onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path }) => {
        if (/[\\/]node_modules[\\/]/.test(path)) return undefined;
        const written = await readFile(path, "utf8");
        const placed = root === undefined ? written : withItsPlace(written, path, root);
        const resolveDir = dirname(path);
        try {
          const compiled = typescript && withMetadata(placed, path, typescript);
          if (compiled !== undefined) return { contents: compiled, loader: "js", resolveDir };
        } catch (error) {
          return { errors: [{ text: (error as Error).message }] };
        }
        return placed === written ? undefined : { contents: placed, loader: loaderOf(path), resolveDir };
      });
    },
  };
}

function loaderOf(path: string): Loader {
  const extension = extname(path);
  return options.loader?.[extension] ?? (extension.replace(/^\.[cm]?/, "") as Loader);
}

async function run(): Promise<ChildBuild> {
  try {
    const built = await esbuild().build({
      ...options,
      write: false,
      metafile: true,
      plugins: [sourceSteps(steps)],
    });
    const outputFiles = built.outputFiles.map(({ path, contents }) => ({
      path,
      base64: Buffer.from(contents).toString("base64"),
    }));
    return { outputFiles, metafile: built.metafile };
  } catch (error) {
    const { message, errors = [{ text: message }] } = error as BuildFailure;
    return { outputFiles: [], metafile: { inputs: {}, outputs: {} }, errors, message };
  }
}

process.stdout.write(JSON.stringify(await run()));
