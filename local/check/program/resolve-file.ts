import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const EXTENSIONS = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

/** Names as TypeScript has them in imports, and the sources that they stand for. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};

/** tsconfig.json's `baseUrl` and `paths`, absolute. */
interface Paths {
  readonly base?: string;
  readonly patterns: readonly (readonly [string, readonly string[]])[];
}

/**
 * The file that an import names: beside the importer, below `baseUrl`, or by `paths` of the nearest
 * tsconfig.json. undefined for packages, and for files that are no program (JSON, HTML).
 */
export class FileResolver {
  readonly #paths = new Map<string, Paths>();

  resolve(specifier: string, importer: string): string | undefined {
    if (/^\.{0,2}\/|^\.{1,2}$/.test(specifier)) return sourceFile(resolve(dirname(importer), specifier));
    const { base, patterns } = this.#pathsFor(dirname(importer));
    for (const [pattern, targets] of patterns) {
      const rest = matched(pattern, specifier);
      if (rest === undefined) continue;
      for (const target of targets) {
        const found = sourceFile(target.replace("*", rest));
        if (found) return found;
      }
    }
    return base === undefined ? undefined : sourceFile(join(base, specifier));
  }

  #pathsFor(folder: string): Paths {
    const known = this.#paths.get(folder);
    if (known) return known;
    const config = ["tsconfig.json", "jsconfig.json"].map((name) => join(folder, name)).find(existsSync);
    const parent = dirname(folder);
    const isTop = parent === folder || folder.endsWith("node_modules");
    const paths = config ? readPaths(config) : isTop ? { patterns: [] } : this.#pathsFor(parent);
    this.#paths.set(folder, paths);
    return paths;
  }
}

/** Absolute path of the source that a path without, or with another, extension stands for. */
export function sourceFile(path: string): string | undefined {
  if (path.includes("node_modules")) return undefined;
  const extension = /\.[cm]?[jt]sx?$/.exec(path)?.[0];
  const bare = extension ? path.slice(0, -extension.length) : path;
  const candidates = [
    ...(extension ? [path, ...(SOURCES[extension] ?? []).map((source) => bare + source)] : []),
    ...EXTENSIONS.map((each) => path + each),
    ...EXTENSIONS.map((each) => join(path, `index${each}`)),
  ];
  return candidates.find((candidate) => !candidate.endsWith(".d.ts") && isFile(candidate));
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false; // not there, or below a file: `words.json/index.ts`
  }
}

function matched(pattern: string, specifier: string): string | undefined {
  const [before = "", after] = pattern.split("*", 2);
  if (after === undefined) return pattern === specifier ? "" : undefined;
  const fits = specifier.startsWith(before) && specifier.endsWith(after);
  return fits ? specifier.slice(before.length, specifier.length - after.length) : undefined;
}

function readPaths(config: string): Paths {
  const { compilerOptions = {}, extends: parent } = readJsonWithComments(config);
  const folder = dirname(config);
  const inherited =
    typeof parent === "string" && parent.startsWith(".") && existsSync(resolve(folder, parent))
      ? readPaths(resolve(folder, parent))
      : { patterns: [] };
  const base =
    typeof compilerOptions.baseUrl === "string" ? resolve(folder, compilerOptions.baseUrl) : undefined;
  const own = Object.entries((compilerOptions.paths ?? {}) as Record<string, string[]>);
  const patterns = own.map(
    ([pattern, targets]) => [pattern, targets.map((target) => resolve(base ?? folder, target))] as const,
  );
  const nearest = base ?? inherited.base;
  return {
    ...(nearest !== undefined && { base: nearest }),
    patterns: own.length > 0 ? patterns : inherited.patterns,
  };
}

/** A tsconfig.json that cannot be read is that of another tool: imports by its paths are not followed. */
function readJsonWithComments(path: string): {
  compilerOptions?: Record<string, unknown>;
  extends?: unknown;
} {
  const text = readFileSync(path, "utf8");
  const plain = text.replace(
    /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (_all, string) => string ?? "",
  );
  try {
    return JSON.parse(plain.replace(/,(\s*[}\]])/g, "$1"));
  } catch {
    return {};
  }
}
