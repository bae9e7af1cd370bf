import type { NodePath } from "@babel/traverse";
import type { Class, Function as FunctionNode, Node } from "@babel/types";
import type { Callback, Callbacks } from "./callbacks.js";
import { constructorOf, propertyName } from "./nodes.js";
import { External, GLOBAL, Instance, isPath, Whole } from "./value.js";
import type { Values } from "./values.js";

/**
 * Which functions run while events are served: the callbacks, what they call, and the functions inside. All
 * other functions run while the program loads.
 */
export class EventTime {
  readonly #values: Values;
  readonly #functions = new Set<Node>();
  readonly #classes = new Set<Node>();

  constructor(values: Values, callbacks: Callbacks) {
    this.#values = values;
    for (const { path } of callbacks.all) this.#visit(path);
  }

  /** Whether the code at a path runs for an event. */
  has(path: NodePath<Node>): boolean {
    const owner = path.isFunction() ? path : path.getFunctionParent();
    if (owner) return this.#functions.has(owner.node);
    const field = path.findParent((each) => each.isClassProperty());
    const of = field?.findParent((each) => each.isClass());
    return of !== undefined && of !== null && this.#classes.has(of.node);
  }

  /** Whether events make objects of this class. */
  makes(of: NodePath<Class>): boolean {
    return this.#classes.has(of.node);
  }

  /** All functions that run when this one does, itself included. */
  reachedFrom(callback: Pick<Callback, "path">): Set<Node> {
    const seen = new Set<Node>();
    this.#walk(callback.path, seen, new Set());
    return seen;
  }

  #visit(path: NodePath<FunctionNode>): void {
    this.#walk(path, this.#functions, this.#classes);
  }

  #walk(path: NodePath<Node>, functions: Set<Node>, classes: Set<Node>): void {
    if (path.isFunction()) {
      if (functions.has(path.node)) return;
      functions.add(path.node);
    }
    const follow = (target: NodePath<Node>) => this.#walk(target, functions, classes);
    path.traverse({
      Function: (inner) => {
        functions.add(inner.node);
      },
      Identifier: (name) => {
        if (!name.isReferencedIdentifier()) return;
        const { parent } = name;
        if (
          (parent.type === "MemberExpression" || parent.type === "OptionalMemberExpression") &&
          parent.object === name.node
        )
          return;
        for (const each of this.#functionsIn(name)) follow(each);
      },
      "MemberExpression|OptionalMemberExpression": (member: NodePath<Node>) => {
        for (const each of this.#methods(member)) follow(each);
      },
      NewExpression: (made) => {
        for (const value of this.#values.of(made)) {
          if (!(value instanceof Instance) || classes.has(value.of.node)) continue;
          classes.add(value.of.node);
          const maker = constructorOf(value.of);
          if (maker) follow(maker);
          for (const member of value.of.get("body").get("body"))
            if (member.isClassProperty()) follow(member as NodePath<Node>);
        }
      },
    });
  }

  /** The functions that a value is, or holds where an object is given away as a whole. */
  #functionsIn(path: NodePath<Node>): NodePath<Node>[] {
    return this.#values.of(path).flatMap((value): NodePath<Node>[] => {
      if (!isPath(value)) return [];
      if (value.isFunction()) return [value];
      if (!value.isObjectExpression() && !value.isArrayExpression()) return [];
      const parts = (
        value.isObjectExpression() ? value.get("properties") : value.get("elements")
      ) as NodePath<Node>[];
      return parts.flatMap((part) =>
        part.isObjectProperty()
          ? this.#values.functionsOf(part.get("value"))
          : part.isFunction()
            ? [part]
            : part.node
              ? this.#values.functionsOf(part)
              : [],
      );
    });
  }

  #methods(member: NodePath<Node>): NodePath<Node>[] {
    const name = propertyName(member.node);
    const object = member.get("object") as NodePath<Node>;
    if (name === undefined) return this.#functionsIn(object);
    const known = this.#values.functionsOf(member);
    const getters = this.#values
      .of(object)
      .flatMap((value) => (value instanceof Instance ? this.#values.classMembers(value.of, name, false) : []))
      .filter((each) => each.isMethod());
    if (known.length + getters.length > 0) return [...known, ...getters];
    const owners = this.#values.of(object);
    const isKnown = owners.some(
      (owner) =>
        (owner instanceof External && owner.source !== GLOBAL) ||
        owner instanceof Instance ||
        owner instanceof Whole,
    );
    return isKnown ? [] : [...this.#values.methods.of(name)];
  }
}
