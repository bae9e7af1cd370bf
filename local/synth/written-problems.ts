import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { PartialMessage } from "esbuild";

/**
 * The problems of esbuild that a program tells in words only: a TypeScript loader in its error, and a
 * `NodejsFunction` of the person, for which the CDK starts esbuild, on its output.
 */
export function writtenProblems(error: string, output: string): PartialMessage[] {
  const problems = transformProblems(error);
  if (problems.length > 0 || !error.includes("FailedToBundleAsset")) return problems;
  // The folder of the lock file, which the paths in the output start at.
  const folder = /run in directory (.+) exited with/.exec(error)?.[1] ?? "";
  return printedProblems(output, folder);
}

/** `/home/me/app.ts:2:11: ERROR: Unexpected "}"`, of tsx. */
function transformProblems(text: string): PartialMessage[] {
  return [...text.matchAll(/^(.+):(\d+):(\d+): ERROR: (.*)$/gm)].map(([, file = "", line, column, problem]) =>
    problemOf(file, line, column, problem),
  );
}

/** esbuild's own form: the text, an empty line, `    app.ts:2:11:`, and the code. */
function printedProblems(text: string, folder: string): PartialMessage[] {
  return [...text.matchAll(/^\S+ \[ERROR\] (.*)\n\n\s+(.+):(\d+):(\d+):$/gm)].map(
    ([, problem, file = "", line, column]) => problemOf(resolve(folder, file), line, column, problem),
  );
}

function problemOf(file: string, line = "1", column = "0", text = ""): PartialMessage {
  const lineText = lineOf(file, Number(line));
  return { text, location: { file, line: Number(line), column: Number(column), lineText } };
}

function lineOf(file: string, line: number): string {
  try {
    return readFileSync(file, "utf8").split("\n")[line - 1] ?? "";
  } catch {
    // The frame then has a place and no text.
    return "";
  }
}
