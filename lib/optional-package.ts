/** The optional peers of this package: only what is used has to be installed (docs/decisions/package.md). */
import { createRequire } from "node:module";

// `require` answers at once, which CDK's constructors need, and jest knows it, unlike `import()`.
const require = createRequire(import.meta.url);

/**
 * The package's exports; undefined where it is not installed. An error inside the package is thrown as it is.
 */
export function optionalPackage(name: string): unknown {
  try {
    return require(name);
  } catch (error) {
    if (isMissing(error, name)) return undefined;
    throw error;
  }
}

export function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch (error) {
    if (isMissing(error, name)) return false;
    throw error;
  }
}

/** Where Node looks for packages from here: in the folder that holds this one, and in those above. */
export function packageFolders(): readonly string[] {
  return require.resolve.paths("socket.io") ?? [];
}

/** Not a dependency of that package, which is a broken installation. */
function isMissing(error: unknown, name: string): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    error.code === "MODULE_NOT_FOUND" &&
    error.message.includes(`'${name}'`)
  );
}
