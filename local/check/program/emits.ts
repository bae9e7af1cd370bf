import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { Analysis } from "./analysis.js";
import { textOf } from "./parse-module.js";
import { callAt } from "./walk-calls.js";

const SENDS = /^(emit|emitWithAck|send|write)$/;

/** Whether code sends to clients, itself or in functions that it calls. */
export function emitsIn(path: NodePath<Node>, analysis: Analysis, seen: Set<Node> = new Set()): boolean {
  if (seen.has(path.node)) return false;
  seen.add(path.node);
  let found = false;
  path.traverse({
    "CallExpression|OptionalCallExpression": (each: NodePath<Node>) => {
      if (found) return;
      if (isEmit(each, analysis)) found = true;
      else
        found = analysis.values
          .functionsOf(each.get("callee") as NodePath<Node>)
          .some((called) => emitsIn(called, analysis, seen));
    },
  });
  return found;
}

/** `socket.emit(…)`, `io.to(room).emit(…)`, `this.server.emit(…)`. */
export function isEmit(path: NodePath<Node>, { kinds }: Analysis): boolean {
  if (!path.isCallExpression()) return false;
  const { name, object } = callAt(path);
  if (!object || !SENDS.test(name)) return false;
  const kind = kinds.of(object);
  return (
    kind === "io" ||
    kind === "socket" ||
    (name === "emit" &&
      kind === undefined &&
      /\.(to|in|broadcast|volatile)\b/.test(textOf(object as NodePath<Node>)))
  );
}
