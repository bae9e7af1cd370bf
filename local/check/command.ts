import type { CheckCommandOptions } from "../terminal/arguments.js";
import { check } from "./check.js";
import { entryOf } from "./entry.js";
import { countLine, findingLine } from "./print.js";

/** Exit codes of linters. */
const CLEAN = 0;
const FOUND = 1;
const UNREADABLE = 2;

/**
 * `socket.io-lambda check`: prints what it finds, and nothing for a clean program. Returns the exit code: 0
 * for a clean program, 1 for findings, 2 where a file cannot be read.
 */
export function checkCommand(
  { project, file, json, hints }: CheckCommandOptions,
  print: (line: string) => void,
): number {
  const entry = file ?? entryOf(project);
  const { findings, problems, files } = check({ entry, folder: project, hints });
  for (const finding of findings)
    print(json ? JSON.stringify({ type: "finding", ...finding }) : findingLine(finding));
  for (const problem of problems) {
    const { file: name, line, column, message } = problem;
    print(
      json
        ? JSON.stringify({ type: "problem", ...problem })
        : `${name}:${line}:${column}  cannot be read: ${message}`,
    );
  }
  if (findings.length > 0 && !json) print(`\n${countLine(findings.length, files)}`);
  if (problems.length > 0) return UNREADABLE;
  return findings.length > 0 ? FOUND : CLEAN;
}
