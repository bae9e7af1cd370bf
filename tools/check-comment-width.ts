/**
 * `tsx tools/check-comment-width.ts FOLDER…`: finds comment lines of more than 110 columns. Biome wraps code
 * at that width and leaves comments alone; none of its rules looks at them.
 */
import { readdirSync, readFileSync } from "node:fs";

const WIDTH = 110;
const SOURCE = /\.[cm]?[jt]s$/;

/**
 * A line of a block, a line comment, or one behind code. Text with quotes behind `//` may
 * be part of a string.
 */
const COMMENT = /^\s*(?:\/\*|\*|\/\/)|\s\/\/ [^"'`]*$/;

/** Must stand on one line. */
const DIRECTIVE = /\/\/ biome-ignore/;

/** Cannot be wrapped: a row of a table, or a long address with little beside it. */
const UNBREAKABLE = /^\s*\* \||\S{80}/;

function tooWide(file: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line, index) => {
    const mayBeWide = line.length <= WIDTH || DIRECTIVE.test(line) || UNBREAKABLE.test(line);
    return mayBeWide || !COMMENT.test(line) ? [] : [`${file}:${index + 1}: ${line.length} columns`];
  });
}

const files = process.argv.slice(2).flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => `${folder}/${file}`)
    .filter((file) => SOURCE.test(file) && !file.includes("node_modules")),
);
const found = files.flatMap(tooWide);
for (const line of found) console.error(line);
if (found.length > 0) console.error(`${found.length} comment lines have more than ${WIDTH} columns.`);
process.exitCode = found.length > 0 || files.length === 0 ? 1 : 0;
