import type { NodePath } from "@babel/traverse";
import type { CallExpression, Node } from "@babel/types";
import type { Analysis } from "./analysis.js";

/** A call that runs with a handler. */
export interface HandlerCall {
  readonly path: NodePath<CallExpression>;
  /** The call in the handler itself that leads to it; the same where it stands there. */
  readonly from: NodePath<Node>;
}

const MAX_DEPTH = 5;

/**
 * The calls that a function makes when it runs: its own, those of functions that it calls, and those of
 * callbacks that it gives to promises, arrays and drivers. Not those of listeners that it registers.
 */
export function handlerCalls(handler: NodePath<Node>, analysis: Analysis): HandlerCall[] {
  const registered = new Set(analysis.callbacks.all.map(({ path }) => path.node as Node));
  const seen = new Set<Node>();
  const found: HandlerCall[] = [];
  const walk = (path: NodePath<Node>, from: NodePath<Node> | undefined, depth: number) => {
    if (seen.has(path.node) || depth > MAX_DEPTH) return;
    seen.add(path.node);
    path.traverse({
      Function: (inner) => {
        const call = inner.listKey === "arguments" ? inner.parentPath : undefined;
        const callee = call?.isNewExpression() || call?.isCallExpression() ? call.get("callee") : undefined;
        // A function of the program that takes it is walked itself, and calls it or registers it.
        const isOwn =
          callee !== undefined && analysis.values.functionsOf(callee as NodePath<Node>).length > 0;
        if (registered.has(inner.node) || !callee || isOwn) inner.skip();
      },
      "CallExpression|OptionalCallExpression": (each: NodePath<Node>) => {
        const call = each as NodePath<CallExpression>;
        found.push({ path: call, from: from ?? call });
        for (const called of analysis.values.functionsOf(call.get("callee") as NodePath<Node>)) {
          if (!registered.has(called.node)) walk(called, from ?? call, depth + 1);
        }
      },
    });
  };
  walk(handler, undefined, 0);
  return found;
}
