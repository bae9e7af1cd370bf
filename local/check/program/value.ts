import type { NodePath } from "@babel/traverse";
import type { Class, Node } from "@babel/types";
import type { Module } from "./parse-module.js";

/** What comes from a package, or is global: `{ source: "socket.io", name: "new Server.of()" }`. */
export class External {
  readonly source: string;
  readonly name: string;

  constructor(source: string, name: string) {
    this.source = source;
    this.name = name;
  }

  extended(next: string): External {
    return new External(this.source, this.name + next);
  }
}

/** A module as a whole: its namespace, or its `module.exports`. */
export class Whole {
  readonly module: Module;

  constructor(module: Module) {
    this.module = module;
  }
}

/** An object of a class of the program. */
export class Instance {
  readonly of: NodePath<Class>;
  /** Only a type says so: what comes as JSON has such a type, too, and is a plain object. */
  readonly isTyped: boolean;

  constructor(of: NodePath<Class>, isTyped = false) {
    this.of = of;
    this.isTyped = isTyped;
  }
}

/**
 * What an expression may hold, as far as it can be read: a function, a class, a literal, an enumeration or a
 * call as they stand in the source, or one of the above.
 */
export type Value = NodePath<Node> | External | Whole | Instance;

export const GLOBAL = "global";

export function isPath(value: Value): value is NodePath<Node> {
  return !(value instanceof External || value instanceof Whole || value instanceof Instance);
}
