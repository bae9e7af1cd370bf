/** Which source files import which, read from their import and export statements. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, normalize } from "node:path/posix";

/** By file, the files that it imports, as paths from the root of the repository. */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>;

/** `types`: also imports that are gone once the types are (`import type`). */
export function importGraph(folder: string, { types }: { readonly types: boolean }): ImportGraph {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", `${folder}/*.ts`];
  const files = execFileSync("git", args, { encoding: "utf8" }).trim().split("\n").filter(existsSync);
  return new Map(files.map((file) => [file, importsOf(file, readFileSync(file, "utf8"), types)]));
}

const STATEMENT = /^(?:import|export)\s+(type\s+)?([^;]*?)from\s+"(\.[^"]+)"/gms;

export function importsOf(file: string, source: string, types: boolean): ReadonlySet<string> {
  const imports = [...source.matchAll(STATEMENT)].filter(([, type, names = ""]) => {
    const each = names
      .replace(/[{}]/g, "")
      .split(",")
      .map((name) => name.trim());
    const isType = type !== undefined || each.filter(Boolean).every((name) => name.startsWith("type "));
    return types || !isType;
  });
  return new Set(
    imports.map(([, , , to = ""]) => normalize(`${dirname(file)}/${to}`).replace(/\.js$/, ".ts")),
  );
}

/**
 * The groups of files of which each reaches each (Tarjan's strongly connected components), of two files or
 * more.
 */
export function circles(graph: ImportGraph): readonly (readonly string[])[] {
  const found: string[][] = [];
  const numbers = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const visit = (file: string): number => {
    const number = numbers.size;
    numbers.set(file, number);
    lowest.set(file, number);
    path.push(file);
    for (const to of graph.get(file) ?? []) {
      if (!graph.has(to)) continue;
      const reached = numbers.has(to) ? (path.includes(to) ? (numbers.get(to) ?? 0) : number) : visit(to);
      lowest.set(file, Math.min(lowest.get(file) ?? number, reached));
    }
    if (lowest.get(file) === number) {
      const circle = path.splice(path.indexOf(file));
      if (circle.length > 1) found.push(circle.sort());
    }
    return lowest.get(file) ?? number;
  };
  for (const file of graph.keys()) if (!numbers.has(file)) visit(file);
  return found;
}
