import { DOCS, type Finding, RULES, type Rule } from "./finding.js";
import type { Module } from "./program/parse-module.js";

/** A finding that the person accepts. */
export interface Accepted {
  readonly file: string;
  /** The line that it is accepted on. */
  readonly line: number;
  readonly rule: Rule;
  /** What is wrong with the acceptance itself. */
  readonly problem?: Finding;
}

const COMMENT = /socket\.io-lambda-ignore\b[ \t]*([\w-]*)[ \t]*:?[ \t]*(.*)/;

/**
 * `// socket.io-lambda-ignore timer: it only warms a cache`, behind the line or on the line before. Without
 * a reason, or with a rule that does not exist, it is itself a finding.
 */
export function acceptedIn({ path, code }: Module, file: string): Accepted[] {
  const lines = code.split("\n");
  const comments =
    (
      path.parent as {
        comments?:
          | readonly { value: string; loc?: { start: { line: number; column: number } } | null }[]
          | null;
      }
    ).comments ?? [];
  return comments.flatMap(({ value, loc }): Accepted[] => {
    const [, name = "", reason = ""] = COMMENT.exec(value) ?? [];
    if (!loc || !COMMENT.test(value)) return [];
    const { line, column } = loc.start;
    const before = lines[line - 1]?.slice(0, column).trim() ?? "";
    const isAlone = /^[{/*]*$/.test(before);
    const target = isAlone ? nextCode(lines, line) : line;
    const isRule = (RULES as readonly string[]).includes(name);
    const problem = isRule
      ? reason.trim() === "" && "this accepts a finding without a reason"
      : `there is no rule ${JSON.stringify(name)}`;
    const found: Accepted = { file, line: target, rule: isRule ? (name as Rule) : "ignore" };
    if (!problem) return [found];
    const rule = "ignore" as const;
    const instead = `// socket.io-lambda-ignore ${isRule ? name : "rule"}: the reason`;
    return [
      {
        ...found,
        problem: {
          file,
          line,
          column: column + 1,
          rule,
          what: problem,
          instead,
          link: `${DOCS}#ignore`,
          also: [],
        },
      },
    ];
  });
}

/** The next line that is no comment. */
function nextCode(lines: readonly string[], line: number): number {
  let next = line;
  while (/^\s*(\/\/|\*|\/\*|$)/.test(lines[next] ?? "x") && next < lines.length) next += 1;
  return next + 1;
}
