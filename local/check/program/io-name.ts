import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { Analysis } from "./analysis.js";
import { textOf } from "./parse-module.js";

const names = new WeakMap<Analysis, string>();

/** What the program calls its Socket.IO server: `io` where it cannot be read. */
export function ioName(analysis: Analysis): string {
  const known = names.get(analysis);
  if (known) return known;
  const found = analysis.callbacks.all.flatMap(({ kind, at }) => {
    if (kind !== "connection") return [];
    if (at.isClassMethod()) return ["this.server"];
    const callee = at.isCallExpression() ? at.get("callee") : undefined;
    if (!callee?.isMemberExpression()) return [];
    const text = textOf(callee.get("object") as NodePath<Node>).replace(/\.sockets$/, "");
    return /^[\w$.]+$/.test(text) ? [text] : [];
  });
  const name = found[0] ?? "io";
  names.set(analysis, name);
  return name;
}
