/** The project's own text files: what a person has written, without what tools have made. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./documents.js";

const MADE_BY_TOOLS = new Set(["node_modules", ".git", ".local", "cdk.out", "coverage", "dist"]);
const TEXT = /\.(?:[cm]?[jt]sx?|md|html|json|ya?ml)$/;

/** Relative to the project, with slashes. */
export function writtenFiles(folder = ""): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return MADE_BY_TOOLS.has(entry.name) ? [] : writtenFiles(path);
    return TEXT.test(entry.name) && entry.name !== "package-lock.json" ? [path] : [];
  });
}
