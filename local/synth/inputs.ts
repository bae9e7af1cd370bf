import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, extname, join, resolve, sep } from "node:path";

/**
 * Something that a synth depended on, and in what respect:
 * - `content` of a file; inside `node_modules` its size and time stand for it;
 * - `existence` of a file or folder;
 * - `entries`: which files and folders a folder has, for one that goes along as a whole;
 * - `names`: which source files a folder has, since a new one may win the resolution of an import;
 * - `environment`: a variable's value.
 */
export interface Input {
  readonly kind: "content" | "existence" | "names" | "entries" | "environment";
  /** Absolute path, or the variable's name. */
  readonly name: string;
}

/** An input and what it was like at the synth. */
export interface SeenInput extends Input {
  readonly fingerprint: string;
}

/**
 * Looks at the inputs as they are now, each once, in a stable order. A file that was
 * written after `sinceMs` (epoch), while it was being used, counts as changed ever after:
 * nobody knows which of its versions was used.
 */
export function look(inputs: Iterable<Input>, sinceMs: number): SeenInput[] {
  const unique = new Map([...inputs].map((input) => [`${input.kind} ${input.name}`, input]));
  return [...unique.values()].map((input) => ({
    ...input,
    fingerprint: writtenAfter(input, sinceMs) ? UNSETTLED : currentFingerprint(input),
  }));
}

/** What an input is like now, in a few characters; the same text means the same content. */
export function currentFingerprint({ kind, name }: Input): string {
  if (kind === "environment") return process.env[name] === undefined ? ABSENT : digest(process.env[name]);
  const stats = statSync(name, { throwIfNoEntry: false });
  if (!stats) return ABSENT;
  if (kind === "existence") return stats.isDirectory() ? "folder" : "file";
  if (kind === "entries") return digest(readdirSync(name).sort().join("\n"));
  if (kind === "names") return digest(sourceNames(name).join("\n"));
  if (stats.isDirectory()) return "folder";
  if (isInstalled(name)) return `${stats.size} ${stats.mtimeMs}`;
  return digest(readFileSync(name));
}

/** True if an input is no longer what it was. */
export function hasChanged({ kind, name, fingerprint: seen }: SeenInput): boolean {
  return currentFingerprint({ kind, name }) !== seen;
}

/**
 * What bundling a file depends on beside its text: the names around it, and the settings of
 * its folder and those above.
 */
export function surroundings(file: string): Input[] {
  if (isInstalled(file)) return [];
  const settings: Input[] = [];
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    for (const name of ["package.json", "tsconfig.json"]) {
      settings.push({ kind: "content", name: join(folder, name) });
    }
    if (folder === dirname(folder)) break;
  }
  return [{ kind: "names", name: dirname(file) }, ...settings];
}

/**
 * All sources of a project, for an app of which it is not known what it reads. Hidden
 * folders and outputs are left out.
 */
export function projectSources(folder: string): Input[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && SOURCE_EXTENSIONS.has(extname(entry.name)));
  const folders = entries.filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith(".") && !NO_SOURCES.has(entry.name),
  );
  return [
    { kind: "names", name: folder },
    ...files.map(({ name }) => ({ kind: "content", name: join(folder, name) }) as const),
    ...folders.flatMap(({ name }) => projectSources(join(folder, name))),
  ];
}

/** What tools write: a watcher that looked at them would never come to rest. */
const NO_SOURCES = new Set(["node_modules", "cdk.out", "coverage", "dist", "build", "out"]);

/** True for a file of a dependency, which the lock file stands for. */
export function isInstalled(file: string): boolean {
  return file.split(sep).includes("node_modules");
}

/** The folders whose changes may change an input; a watcher watches these. */
export function watchedFolders(inputs: Iterable<Input>): Set<string> {
  const folders = new Set<string>();
  for (const { kind, name } of inputs) {
    if (kind === "environment" || isInstalled(name)) continue;
    const folder = kind === "names" || kind === "entries" ? name : dirname(resolve(name));
    if (existsSync(folder)) folders.add(folder);
  }
  return folders;
}

const ABSENT = "absent";
const UNSETTLED = "unsettled";
const SOURCE_EXTENSIONS = new Set([".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"]);

function writtenAfter({ kind, name }: Input, sinceMs: number): boolean {
  if (kind !== "content" || isInstalled(name)) return false;
  return (statSync(name, { throwIfNoEntry: false })?.mtimeMs ?? 0) > sinceMs;
}

function sourceNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => SOURCE_EXTENSIONS.has(extname(name)))
    .sort();
}

/** A value may be a secret: only its digest is written down. */
function digest(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("base64url").slice(0, 22);
}
