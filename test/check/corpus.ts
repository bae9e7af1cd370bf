import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CheckOptions, check } from "../../local/check/check.js";

const CORPUS = fileURLToPath(new URL("corpus", import.meta.url));
const ENTRIES = /^(server|index|main|app)\.[cm]?[jt]sx?$/;

/** A program of the corpus: a file, or a folder with an `index`, `server`, `main` or `app`. */
export interface CorpusProgram {
  /** `faulty/chat-users-array.js` */
  readonly name: string;
  readonly isClean: boolean;
  readonly entry: string;
  /** `file:line rule`, from the comments `// ! rule` behind its lines. */
  readonly planted: readonly string[];
}

export function corpusPrograms(): CorpusProgram[] {
  return ["clean", "faulty"].flatMap((group) =>
    readdirSync(join(CORPUS, group)).map((entryName): CorpusProgram => {
      const path = join(CORPUS, group, entryName);
      const isFolder = statSync(path).isDirectory();
      const files = isFolder ? filesIn(path) : [path];
      const entry = isFolder
        ? join(
            path,
            files.map((file) => file.slice(path.length + 1)).find((file) => ENTRIES.test(file)) ?? "",
          )
        : path;
      return {
        name: `${group}/${entryName}`,
        isClean: group === "clean",
        entry,
        planted: files.flatMap(plantedIn).sort(),
      };
    }),
  );
}

/** What `check` finds, in the same form: two findings of a rule in one line are one. */
export function foundIn({ entry }: CorpusProgram, options: Partial<CheckOptions> = {}): string[] {
  const { findings, problems } = check({ entry, folder: CORPUS, ...options });
  const lines = findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`);
  const unread = problems.map(({ file, line, message }) => `${file}:${line} ${message}`);
  return [...new Set([...lines, ...unread])].sort();
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => /\.[cm]?[jt]sx?$/.test(path));
}

function plantedIn(path: string): string[] {
  const name = path.slice(CORPUS.length + 1);
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line, index) => {
      const rules = /\/\/ ! ([\w -]+)$/.exec(line)?.[1]?.split(" ") ?? [];
      return rules.map((rule) => `${name}:${index + 1} ${rule}`);
    });
}
