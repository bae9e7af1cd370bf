import { readFileSync } from "node:fs";
import { extname } from "node:path";
import type { ParserPlugin } from "@babel/parser";
import type { NodePath } from "@babel/traverse";
import type { Node, Program } from "@babel/types";
import { babel } from "./babel.js";

/** A file of the program. */
export interface Module {
  /** Absolute path. */
  readonly file: string;
  readonly code: string;
  readonly path: NodePath<Program>;
}

/** A file that cannot be read as a program. Lines and columns begin with 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const codes = new WeakMap<Node, string>();

/** What stands in the source there, on one line. */
export function textOf(path: NodePath<Node> | null | undefined): string {
  if (!path?.node) return "";
  const { start, end } = path.node;
  const code = codes.get(path.scope.getProgramParent().path.node) ?? "";
  return typeof start === "number" && typeof end === "number"
    ? code.slice(start, end).replace(/\s+/g, " ")
    : "";
}

/** Reads a file as JavaScript, JSX or TypeScript, with decorators: the file's name says which. */
export function parseModule(file: string): Module | Problem {
  const code = readFileSync(file, "utf8");
  const { parse, traverse } = babel();
  try {
    const ast = parse(code, {
      sourceType: "unambiguous",
      allowReturnOutsideFunction: true,
      allowUndeclaredExports: true,
      errorRecovery: true,
      plugins: pluginsFor(file),
    });
    let program: NodePath<Program> | undefined;
    traverse(ast, {
      Program(path) {
        program = path;
        path.stop();
      },
    });
    if (!program) throw new Error("It is empty");
    codes.set(program.node, code);
    return { file, code, path: program };
  } catch (error) {
    const { loc, message } = error as Error & { readonly loc?: { line: number; column: number } };
    return {
      file,
      line: loc?.line ?? 1,
      column: (loc?.column ?? 0) + 1,
      message: message.replace(/\s*\(\d+:\d+\)$/, ""),
    };
  }
}

function pluginsFor(file: string): ParserPlugin[] {
  const decorators: ParserPlugin[] = ["decorators-legacy", "decoratorAutoAccessors"];
  const extension = extname(file);
  if (/^\.[cm]?ts$/.test(extension)) return ["typescript", ...decorators];
  if (extension === ".tsx") return ["typescript", "jsx", ...decorators];
  return ["jsx", ...decorators];
}
