/**
 * The declarations that a user's compiler reads: those of the entry points, and what they
 * import from each other.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/**
 * Deletes the other declarations in `folder`, which no import reaches because of `exports`. Gives
 * those that stay, by their names in the folder.
 */
export function pruneDeclarations(folder: string, entries: readonly string[]): ReadonlySet<string> {
  const kept = new Set<string>();
  const keep = (name: string) => {
    if (kept.has(name)) return;
    kept.add(name);
    for (const imported of importsOf(readFileSync(join(folder, name), "utf8"))) {
      keep(normalize(join(dirname(name), imported)));
    }
  };
  for (const entry of entries) keep(`${entry}.d.ts`);
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const [declaration] = /^.*\.d\.[cm]?ts(?=(\.map)?$)/.exec(name) ?? [];
    if (declaration !== undefined && !kept.has(declaration)) rmSync(join(folder, name));
  }
  return kept;
}

/**
 * The declarations that a declaration imports by a relative path, in `import … from`,
 * `export … from` and `import("…")` alike.
 */
function importsOf(declaration: string): string[] {
  // An example in a comment has imports, too.
  const code = declaration.replace(/\/\*.*?\*\//gs, "");
  return [...code.matchAll(/(?:from |import\()"(\.[^"]+)\.js"/g)].map(([, path]) => `${path}.d.ts`);
}
