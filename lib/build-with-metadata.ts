/**
 * A program: runs esbuild with the plugin of `decorator-metadata.ts`. Options on stdin, the result on stdout.
 */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { BuildFailure, BuildOptions, Plugin } from "esbuild";
import type { MetadataBuild } from "./decorator-metadata.js";
import { esbuild } from "./esbuild.js";

/** The part of TypeScript's API that 5 and 6 have, and 7 has not. */
interface TypeScript {
  transpileModule?(text: string, options: object): { readonly outputText: string };
}

const { options, config }: { options: BuildOptions; config: string } = JSON.parse(readFileSync(0, "utf8"));

function metadata(typescript: TypeScript): Plugin {
  return {
    name: "decorator-metadata",
    setup({ onLoad }) {
      onLoad({ filter: /\.[cm]?ts$/ }, async ({ path }) => {
        if (/[\\/]node_modules[\\/]/.test(path)) return undefined;
        const text = await readFile(path, "utf8");
        if (!/^\s*@\w/m.test(text)) return undefined;
        const { transpileModule } = typescript;
        if (!transpileModule) {
          const found = "The project's TypeScript has no API that writes decorator metadata (version 7).";
          return {
            errors: [{ text: `${found} Install TypeScript 5, or build first and name the JavaScript.` }],
          };
        }
        const { outputText } = transpileModule(text, { fileName: path, compilerOptions: COMPILER_OPTIONS });
        return { contents: outputText, loader: "js", resolveDir: dirname(path) };
      });
    },
  };
}

const COMPILER_OPTIONS = {
  target: 9, // ES2022
  module: 99, // ESNext
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  useDefineForClassFields: false,
  inlineSourceMap: true,
};

async function run(): Promise<MetadataBuild> {
  try {
    const typescript: TypeScript = createRequire(config)("typescript");
    const built = await esbuild().build({
      ...options,
      write: false,
      metafile: true,
      plugins: [metadata(typescript)],
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
