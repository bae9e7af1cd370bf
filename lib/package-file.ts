/** Where the files of this package are: the one module that asks where its own code stands. */
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(import.meta.url);
const IS_SOURCE = HERE.endsWith(".ts");
/** The repository's root, or `dist`: `lib/` and `dist/cjs/` are both one folder below. */
const ROOT = new URL("../", import.meta.url);

/**
 * Absolute path of a file of this package that another program loads by its path: a
 * function's entry, a stub, a worker.
 *
 * The build gives each module the same place in `dist` (`lambdas/socket-io.ts` becomes
 * `dist/lambdas/socket-io.js`), so the name in the repository holds for both. `import.meta.url` of the asking
 * module would not do: the CommonJS build puts many modules into one file.
 */
export function packageFile(name: string): string {
  const built = IS_SOURCE ? name : name.replace(/\.([cm]?)ts$/, ".$1js");
  return fileURLToPath(new URL(built, ROOT));
}
