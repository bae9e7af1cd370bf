import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { withoutComments } from "./file-references.js";

const VIEW_ENGINE = /\bset\(\s*["']view engine["']\s*,\s*["']([\w@/.-]+)["']/g;

/**
 * Template engines that a program gives to Express by name: `app.set("view engine", "ejs")`. Express loads
 * them when it renders, by a `require` that no bundler can follow, so they are installed beside the bundle.
 * Without those that the program does not have: they fail on any server.
 */
export function viewEngines(program: string, sources: readonly string[]): string[] {
  const { resolve } = createRequire(program);
  const names = sources.flatMap((source) =>
    [...withoutComments(readFileSync(source, "utf8")).matchAll(VIEW_ENGINE)].map(([, name = ""]) => name),
  );
  return [...new Set(names)].filter((name) => {
    try {
      return resolve(name) !== name;
    } catch {
      return false;
    }
  });
}
