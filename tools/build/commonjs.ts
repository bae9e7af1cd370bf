/**
 * The entry points as CommonJS, in `dist/cjs`: for jest, and for TypeScript that compiles to CommonJS. All
 * three come from one build, so that what they have in common is one module with one state.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { build } from "rolldown";
import { DIST, ENTRIES, ROOT } from "./entries.js";

const FOLDER = join(DIST, "cjs");

/** `declarations`: names in `dist` of those that belong to the entry points. */
export async function buildCommonJs(declarations: Iterable<string>): Promise<void> {
  await build({
    cwd: ROOT,
    input: Object.fromEntries(Object.entries(ENTRIES).map(([name, module]) => [name, `./${module}.ts`])),
    external: (name) => !name.startsWith(".") && !isAbsolute(name),
    platform: "node",
    resolve: { extensionAlias: { ".js": [".ts"] } },
    transform: { target: "es2022" },
    output: {
      dir: FOLDER,
      format: "cjs",
      exports: "named",
      // One folder below `dist`, for lib/package-file.ts.
      entryFileNames: "[name].js",
      chunkFileNames: "[name]-[hash].js",
      sourcemap: true,
      // The package has the sources.
      sourcemapExcludeSources: true,
    },
  });
  // Makes these files, and the declarations, CommonJS in the midst of a package of ES modules.
  writeFileSync(join(FOLDER, "package.json"), `${JSON.stringify({ type: "commonjs" })}\n`);
  for (const name of declarations) {
    const text = readFileSync(join(DIST, name), "utf8").replace(/\n\/\/# sourceMappingURL=.*$/, "\n");
    mkdirSync(dirname(join(FOLDER, name)), { recursive: true });
    writeFileSync(join(FOLDER, name), text);
  }
}
