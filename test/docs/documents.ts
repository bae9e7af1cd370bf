/**
 * The project's documentation, read from its files.
 *
 * The first word behind a fence is the language, the second says what the tests do with the block:
 *
 * | fence | |
 * |---|---|
 * | `ts`, `js` | type-checked; one without imports is a fragment that sees `io` and `socket` |
 * | `ts app` | besides, the module `./app.js` of the document's later blocks; its `io` is served |
 * | `ts test` | besides, run as a test |
 * | `ts stack` | besides, synthesized |
 * | `js client` | besides, run against the document's app |
 * | `frames` | sent to the document's app by a plain client (`plain-frames.test.ts`) |
 * | `sh`, `console` | its commands exist; `test/tools/documents.test.ts` tests what `console` shows |
 * | `json` | parsed |
 * | `text` | for people; nothing is checked |
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url)).replace(/[\\/]$/, "");

export interface CodeBlock {
  readonly language: string;
  /** The second word after the fence, or the empty string. */
  readonly use: string;
  readonly code: string;
  /** Of its first line, for messages. */
  readonly line: number;
}

export interface Document {
  /** Relative to the project, with slashes: `docs/testing.md`. */
  readonly name: string;
  readonly folder: string;
  readonly text: string;
  /** Without code blocks. */
  readonly prose: string;
  readonly blocks: readonly CodeBlock[];
}

/** The documents of the top level, and all of `docs/`. */
export function documents(): Document[] {
  const files = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join("docs", file));
  const top = readdirSync(ROOT).filter((file) => file.endsWith(".md"));
  return [...top.sort(), ...files.sort()].map(readDocument);
}

export function readDocument(file: string): Document {
  const path = join(ROOT, file);
  const text = readFileSync(path, "utf8");
  const { blocks, prose } = parse(text);
  return { name: relative(ROOT, path).replaceAll("\\", "/"), folder: dirname(path), text, prose, blocks };
}

function parse(text: string): Pick<Document, "blocks" | "prose"> {
  const blocks: CodeBlock[] = [];
  const prose: string[] = [];
  let open: { language: string; use: string; line: number; indent: number; lines: string[] } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^\s*```(.*)$/.exec(line);
    if (fence && open) {
      const { lines, indent, ...block } = open;
      blocks.push({ ...block, code: `${lines.map((one) => one.slice(indent)).join("\n")}\n` });
      open = undefined;
    } else if (fence) {
      const [language = "", use = ""] = (fence[1] ?? "").trim().split(/\s+/);
      open = { language, use, line: index + 2, indent: line.indexOf("```"), lines: [] };
    } else {
      (open?.lines ?? prose).push(line);
    }
  }
  if (open) throw new Error(`The code block at line ${open.line} is not closed.`);
  return { blocks, prose: prose.join("\n") };
}

/** The rows of each table, as cells; a header and its rule are left out. */
export function tableRows(markdown: string): string[][] {
  const lines = markdown.split("\n");
  const isRule = (line = "") => /^\s*\|[\s:|-]+\|\s*$/.test(line);
  return lines
    .filter((line, index) => line.startsWith("|") && !isRule(line) && !isRule(lines[index + 1]))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("\\|", "|")),
    );
}
