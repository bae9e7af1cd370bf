import { relative } from "node:path";
import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import { acceptedIn } from "./accept.js";
import { DOCS, type Finding, type Position, type RawFinding } from "./finding.js";
import { type Analysis, analyze } from "./program/analysis.js";
import { loadSources } from "./program/load-program.js";
import type { Problem } from "./program/parse-module.js";
import { RULE_FUNCTIONS } from "./rules/rules.js";

export interface CheckOptions {
  /** Absolute path of the file that starts the server. */
  readonly entry: string;
  /** Files are named relative to this folder. */
  readonly folder: string;
  /** With what may be meant so, or does little harm. @default false */
  readonly hints?: boolean;
}

export interface Report {
  readonly findings: readonly Finding[];
  /** Files that cannot be read. What stands in them was not checked. */
  readonly problems: readonly Problem[];
  /** How many files were read. */
  readonly files: number;
}

/**
 * Reads a program, and says what will not survive between two events. It runs nothing of it.
 *
 * @throws MissingPackageError where the parser is not installed
 */
export function check({ entry, folder, hints = false }: CheckOptions): Report {
  const sources = loadSources(entry);
  const nameOf = (file: string) => relative(folder, file).replaceAll("\\", "/");
  const analysis = analyze(sources);
  const raw = RULE_FUNCTIONS.flatMap((rule) => rule(analysis)).filter(({ isHint }) => hints || !isHint);
  const findings = unique(raw.map((each) => findingOf(each, analysis, nameOf)));
  const accepted = sources.modules.flatMap((module) => acceptedIn(module, nameOf(module.file)));
  const left = findings.filter(
    ({ file, line, rule }) =>
      !accepted.some((each) => each.file === file && each.line === line && each.rule === rule),
  );
  const unreasoned = accepted.flatMap(({ problem }) => (problem ? [problem] : []));
  return {
    findings: [...left, ...unreasoned].sort(inOrder),
    problems: sources.problems.map((problem) => ({ ...problem, file: nameOf(problem.file) })),
    files: sources.modules.length,
  };
}

function findingOf(raw: RawFinding, analysis: Analysis, nameOf: (file: string) => string): Finding {
  const positionOf = (path: NodePath<Node>): Position => {
    const { line = 1, column = 0 } = path.node.loc?.start ?? {};
    return { file: nameOf(analysis.values.moduleOf(path).file), line, column: column + 1 };
  };
  const { rule, what, instead, at, also = [] } = raw;
  const position = positionOf(at);
  const others = also
    .map(positionOf)
    .filter(({ file, line }) => file !== position.file || line !== position.line);
  return { ...position, rule, what, instead, link: `${DOCS}#${rule}`, also: uniquePositions(others) };
}

/** One finding for a rule and a place. */
function unique(findings: readonly Finding[]): Finding[] {
  const byLine = new Map(
    findings.map((each) => [`${each.rule} ${each.file}:${each.line}:${each.column}`, each]),
  );
  return [...byLine.values()];
}

function uniquePositions(positions: readonly Position[]): Position[] {
  return [...new Map(positions.map((each) => [`${each.file}:${each.line}`, each])).values()];
}

function inOrder(a: Finding, b: Finding): number {
  return a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column;
}
