import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { BuildFailure, Plugin } from "esbuild";
import { SynthError } from "../errors.js";
import { type Input, surroundings } from "./inputs.js";

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/**
 * Makes one plain JavaScript file of the CDK app and `child.ts`, which runs it: Node starts it without a TypeScript
 * loader, which saves a third of a second of every synth. Packages stay outside, so `outfile` must lie where they resolve.
 * Gives what went into it. Throws `SynthError` where the app does not compile.
 */
export async function bundleCdkApp(cdkApp: string, root: string, outfile: string): Promise<Input[]> {
  // Only a synth needs esbuild, and most starts need no synth.
  const { build } = await import("esbuild");
  const entry = `import { run } from ${JSON.stringify(here("child.ts"))}; run(() => import(${JSON.stringify(cdkApp)}));`;
  try {
    const { metafile } = await build({
      stdin: { contents: entry, resolveDir: root, sourcefile: "synth.js" },
      outfile,
      bundle: true,
      packages: "external",
      platform: "node",
      format: "esm",
      target: "node20",
      sourcemap: "inline",
      sourcesContent: false,
      metafile: true,
      define: Object.fromEntries(
        Object.entries(IMPORT_META).map(([name, own]) => [`import.meta.${name}`, own]),
      ),
      absWorkingDir: root,
      logLevel: "silent",
      plugins: [recordEsbuild, keepImportMeta],
    });
    return Object.keys(metafile.inputs)
      .filter((name) => name !== "synth.js")
      .flatMap((name) => {
        const file = resolve(root, name);
        return [{ kind: "content", name: file } as const, ...surroundings(file)];
      });
  } catch (error) {
    throw compileError(error as BuildFailure, root);
  }
}

const RECORDING_ESBUILD = here("recording-esbuild.ts");

/** The app's `esbuild` is the one that notes its inputs. */
const recordEsbuild: Plugin = {
  name: "record-esbuild",
  setup({ onResolve }) {
    onResolve({ filter: /^esbuild$/ }, ({ importer }) =>
      importer === RECORDING_ESBUILD ? { external: true } : { path: RECORDING_ESBUILD },
    );
  },
};

/** Names that esbuild puts in the place of `import.meta.…`; each file declares its own. */
const IMPORT_META: Readonly<Record<string, string>> = {
  url: "__importMetaUrl",
  dirname: "__importMetaDirname",
  filename: "__importMetaFilename",
};

/** Code that finds files beside itself must not notice that it was moved into one file with others. */
const keepImportMeta: Plugin = {
  name: "keep-import-meta",
  setup({ onLoad }) {
    onLoad({ filter: /\.[mc]?[jt]s$/ }, async ({ path }) => {
      const own = { url: pathToFileURL(path).href, dirname: dirname(path), filename: path };
      const declarations = Object.entries(own).map(
        ([name, value]) => `const ${IMPORT_META[name]} = ${JSON.stringify(value)};`,
      );
      // On the first line, so that all others keep their numbers.
      const contents = declarations.join("") + (await readFile(path, "utf8"));
      return { contents, loader: /\.[mc]?ts$/.test(path) ? "ts" : "js" };
    });
  },
};

function compileError(failure: BuildFailure, root: string): SynthError {
  const problems = (failure.errors ?? []).map(({ location, text }) =>
    location
      ? `${relative(root, resolve(root, location.file))}:${location.line}:${location.column + 1}: ${text}`
      : text,
  );
  const files = (failure.errors ?? []).flatMap(({ location }) =>
    location ? [resolve(root, location.file)] : [],
  );
  const message = problems.length > 0 ? problems.join("; ") : failure.message;
  return new SynthError(`The CDK app does not compile. Correct this and try again: ${message}`, files, {
    cause: failure,
  });
}
