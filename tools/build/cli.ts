/**
 * `npm run build`: makes `dist/` of the sources. The compiler gives each module its place; the
 * steps around it leave out the declarations that nobody can import, and add a CommonJS build of
 * the entry points (docs/decisions/package.md).
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildCommonJs } from "./commonjs.js";
import { pruneDeclarations } from "./declarations.js";
import { DIST, ENTRIES, ROOT } from "./entries.js";

// `test/package` asks for it: `npm run check` looks at the same types, which takes two thirds of a build.
const unchecked = process.env.BUILD_UNCHECKED ? ["--noCheck"] : [];

rmSync(DIST, { recursive: true, force: true });
// The command and not its module: TypeScript 7 is a native program.
const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", ...unchecked], {
  cwd: ROOT,
  stdio: "inherit",
});
const declarations = pruneDeclarations(DIST, Object.values(ENTRIES));
await buildCommonJs(declarations);

// What `init` copies into a new project stays as it is: sources, and files of no language.
copy("local/init/template");
// CloudFront gets the very text that the tests run.
copy("lib/viewer-request.js");

function copy(path: string): void {
  if (existsSync(join(ROOT, path))) cpSync(join(ROOT, path), join(DIST, path), { recursive: true });
}
