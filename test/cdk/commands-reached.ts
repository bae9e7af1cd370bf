import { readFileSync } from "node:fs";
import { importGraph, importsOf } from "../support/import-graph.js";

/** The actions for the calls of DynamoDB in the files that this one imports, and those import. */
export function commandsReachedFrom(entry: string): string[] {
  const graph = importGraph("runtime", { types: false });
  const reached = new Set([entry]);
  // A set goes on to what is added while it is gone through.
  for (const file of reached) {
    const imports = graph.get(file) ?? importsOf(file, readFileSync(file, "utf8"), false);
    for (const imported of imports) reached.add(imported);
  }
  const text = [...reached].map((file) => readFileSync(file, "utf8")).join("\n");
  const commands = [...text.matchAll(/\.call\(\s*"(\w+)"/g)].map(([, name]) => `dynamodb:${name}`);
  return [...new Set(commands)].sort();
}
