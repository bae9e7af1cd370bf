import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { Sources } from "./load-program.js";
import type { MethodsByName } from "./methods-by-name.js";
import { constructorOf, propertyName } from "./nodes.js";
import { isPath } from "./value.js";
import type { Values } from "./values.js";

/** The arguments of all calls that can be followed, by the parameter that takes them. */
export function argumentsByParameter(
  sources: Sources,
  values: Values,
  methods: MethodsByName,
): Map<Node, NodePath<Node>[]> {
  const all = new Map<Node, NodePath<Node>[]>();
  const add = (callee: NodePath<Node>, given: readonly NodePath<Node>[]) => {
    const known = values.of(callee);
    const name = propertyName(callee.node);
    const isUnknown =
      known.length === 0 &&
      name !== undefined &&
      values.of(callee.get("object") as NodePath<Node>).length === 0;
    for (const value of isUnknown ? methods.of(name) : known) {
      const target = isPath(value) && value.isClass() ? constructorOf(value) : value;
      if (!(target && isPath(target) && target.isFunction())) continue;
      const parameters = target.get("params") as NodePath<Node>[];
      parameters.forEach((parameter, index) => {
        const argument = given[index];
        if (argument) all.set(parameter.node, [...(all.get(parameter.node) ?? []), argument]);
      });
    }
  };
  for (const { path } of sources.modules) {
    path.traverse({
      CallExpression: (call) =>
        add(call.get("callee") as NodePath<Node>, call.get("arguments") as NodePath<Node>[]),
      OptionalCallExpression: (call) =>
        add(call.get("callee") as NodePath<Node>, call.get("arguments") as NodePath<Node>[]),
      NewExpression: (call) =>
        add(call.get("callee") as NodePath<Node>, call.get("arguments") as NodePath<Node>[]),
    });
  }
  return all;
}
