import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";

/** The rules, each with its section in docs/check.md. */
export const RULES = [
  "module-state",
  "closure-state",
  "adapter-maps",
  "timer",
  "kept-open",
  "replay",
  "await-first",
  "late-listener",
  "unstorable",
  "session-store",
  "limits",
  "binary",
  "api",
  "options",
  "version-2",
  "cors",
  "order",
  "ignore",
] as const;

export type Rule = (typeof RULES)[number];

/** What a rule says, at a place of the source. */
export interface RawFinding {
  readonly rule: Rule;
  readonly at: NodePath<Node>;
  /** What happens here: a clause without a full stop at its end. */
  readonly what: string;
  /** What to write instead: a clause, or code. */
  readonly instead: string;
  /** Other lines that belong to it, such as those that change a variable. */
  readonly also?: readonly NodePath<Node>[];
  /** Shown with `--hints` alone: it may be meant so, or does little harm. @default false */
  readonly isHint?: boolean;
}

/** Lines and columns begin with 1. */
export interface Position {
  /** As the person knows it: relative to the current folder. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Finding extends Position {
  readonly rule: Rule;
  readonly what: string;
  readonly instead: string;
  /** Where docs/check.md explains it. */
  readonly link: string;
  readonly also: readonly Position[];
}

export const DOCS = "docs/check.md";
