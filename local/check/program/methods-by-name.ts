import type { NodePath } from "@babel/traverse";
import type { Function as FunctionNode, Node } from "@babel/types";
import { nameOf, propertyName } from "./nodes.js";
import type { Module } from "./parse-module.js";

/** Methods of arrays, maps, promises, emitters and answers, which say nothing about the object. */
const ORDINARY = new Set(
  "on once off emit push pop shift unshift splice get set add has delete clear forEach map filter find reduce some every join leave to in use send then catch finally toString call apply bind log error warn info debug keys values entries next json status end of slice concat includes indexOf sort split replace trim test match exec write close init initialize listen connect attach setup configure register bootstrap".split(
    " ",
  ),
);

/** The program's methods, for calls on objects of which nothing is known but the method's name. */
export class MethodsByName {
  readonly #methods = new Map<string, NodePath<FunctionNode>[]>();

  constructor(modules: readonly Module[]) {
    for (const { path } of modules) this.#index(path);
  }

  of(name: string): readonly NodePath<FunctionNode>[] {
    return ORDINARY.has(name) ? [] : (this.#methods.get(name) ?? []);
  }

  #index(program: NodePath<Node>): void {
    const add = (name: string | undefined, path: NodePath<Node>) => {
      if (name === undefined || !path.isFunction()) return;
      this.#methods.set(name, [...(this.#methods.get(name) ?? []), path]);
    };
    program.traverse({
      ClassMethod: (method) => {
        if (method.node.kind !== "constructor") add(nameOf(method.node.key), method as NodePath<Node>);
      },
      ClassProperty: (property) => add(nameOf(property.node.key), property.get("value") as NodePath<Node>),
      ObjectMethod: (method) => add(nameOf(method.node.key), method as NodePath<Node>),
      ObjectProperty: (property) => add(nameOf(property.node.key), property.get("value") as NodePath<Node>),
      AssignmentExpression: (path) => add(propertyName(path.node.left), path.get("right") as NodePath<Node>),
    });
  }
}
