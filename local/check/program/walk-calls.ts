import type { NodePath } from "@babel/traverse";
import type { CallExpression, NewExpression, Node } from "@babel/types";
import type { Analysis } from "./analysis.js";
import { propertyName } from "./nodes.js";

/** A call of the program: `object.name(…)`, or `name(…)` without an object. */
export interface Call {
  readonly path: NodePath<CallExpression>;
  readonly callee: NodePath<Node>;
  readonly object?: NodePath<Node>;
  readonly name: string;
}

const calls = new WeakMap<Analysis, readonly Call[]>();
const news = new WeakMap<Analysis, readonly NodePath<NewExpression>[]>();

export function callsOf(analysis: Analysis): readonly Call[] {
  const known = calls.get(analysis);
  if (known) return known;
  const found: Call[] = [];
  for (const { path } of analysis.sources.modules) {
    path.traverse({
      "CallExpression|OptionalCallExpression": (call: NodePath<Node>) => {
        found.push(callAt(call as NodePath<CallExpression>));
      },
    });
  }
  calls.set(analysis, found);
  return found;
}

export function callAt(path: NodePath<CallExpression>): Call {
  const callee = path.get("callee") as NodePath<Node>;
  const isMember = callee.isMemberExpression() || callee.isOptionalMemberExpression();
  const name = isMember ? propertyName(callee.node) : callee.isIdentifier() ? callee.node.name : undefined;
  return {
    path,
    callee,
    name: name ?? "",
    ...(isMember && { object: callee.get("object") as NodePath<Node> }),
  };
}

export function newsOf(analysis: Analysis): readonly NodePath<NewExpression>[] {
  const known = news.get(analysis);
  if (known) return known;
  const found: NodePath<NewExpression>[] = [];
  for (const { path } of analysis.sources.modules)
    path.traverse({ NewExpression: (made) => void found.push(made) });
  news.set(analysis, found);
  return found;
}
