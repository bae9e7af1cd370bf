import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import { argument, nameOf, propertyName } from "./nodes.js";
import type { Module } from "./parse-module.js";
import type { Place, Places } from "./places.js";
import { External, GLOBAL, isPath } from "./value.js";
import type { Values } from "./values.js";

/** A line that changes what is kept in a place. */
export interface Write {
  readonly place: Place;
  readonly at: NodePath<Node>;
  /** The variable itself is assigned, or something in what it holds. */
  readonly how: "assigned" | "changed";
  /** What is put there, where it can be read. */
  readonly value?: NodePath<Node> | undefined;
}

const OF_ARRAYS = /^(push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin)$/;
const OF_MAPS = /^(set|add|delete|clear)$/;

/** Finds all lines that change a variable, a field, or something below. */
export function writesIn(modules: readonly Module[], places: Places, values: Values): Write[] {
  const found: Write[] = [];
  const change = (target: NodePath<Node>, at: NodePath<Node>, value?: NodePath<Node>) => {
    for (const place of places.of(target)) found.push({ place, at, how: "changed", value });
  };
  const assign = (target: NodePath<Node>, at: NodePath<Node>, value?: NodePath<Node>) => {
    if (target.isIdentifier()) {
      const binding = target.scope.getBinding(target.node.name);
      const own = binding ? [places.variable(binding)] : places.of(target);
      for (const place of own) found.push({ place, at, how: "assigned", value });
      return;
    }
    if (target.isMemberExpression()) {
      const own = places.of(target);
      const isField = own.some((place) => place.kind !== "variable");
      for (const place of own)
        found.push({ place, at, how: isField && isNamed(target, place) ? "assigned" : "changed", value });
      return;
    }
    if (target.isObjectPattern() || target.isArrayPattern()) {
      for (const each of Object.values(target.getBindingIdentifierPaths()))
        assign(each as NodePath<Node>, at);
    }
  };
  for (const { path } of modules) {
    path.traverse({
      AssignmentExpression: (each) => assign(each.get("left") as NodePath<Node>, each, each.get("right")),
      UpdateExpression: (each) => assign(each.get("argument") as NodePath<Node>, each),
      UnaryExpression: (each) => {
        const target = each.get("argument");
        if (each.node.operator === "delete" && target.isMemberExpression())
          change(target.get("object"), each);
      },
      "CallExpression|OptionalCallExpression": (call: NodePath<Node>) => {
        const callee = call.get("callee") as NodePath<Node>;
        const name = propertyName(callee.node);
        if (name === undefined) return;
        const object = callee.get("object") as NodePath<Node>;
        if (name === "assign" && object.isIdentifier({ name: "Object" })) {
          const target = argument(call, 0);
          if (target) change(target, call, argument(call, 1));
          return;
        }
        if (!OF_ARRAYS.test(name) && !OF_MAPS.test(name)) return;
        if (!isCollection(object, places, values, OF_MAPS.test(name))) return;
        change(object, call, argument(call, name === "set" ? 1 : 0));
      },
    });
  }
  return found;
}

/** `this.users = …` replaces the field; `this.users.first = …` changes what it holds. */
function isNamed(target: NodePath<Node>, place: Place): boolean {
  const name = propertyName(target.node);
  return name !== undefined && place.name.split(".").at(-1) === name;
}

/** Whether `set` and `push` are those of JavaScript, and not those of a database or a web framework. */
function isCollection(object: NodePath<Node>, places: Places, values: Values, isMapMethod: boolean): boolean {
  const held = values.of(object);
  if (held.some((value) => value instanceof External && value.source !== GLOBAL)) return false;
  if (held.some((value) => isPath(value) && (value.isFunction() || value.isClass()))) return false;
  if (held.some(isNative)) return true;
  const own = places.of(object);
  const roots = own.flatMap(({ made }) => made).flatMap((made) => values.of(made));
  if (roots.some((value) => value instanceof External && value.source !== GLOBAL)) return false;
  if (own.some(hasCollectionType)) return true;
  // An element of something, or what was read from JSON: nobody but an array has push and splice.
  return own.length > 0 && (!isMapMethod || roots.some(isNative));
}

function isNative(value: ReturnType<Values["of"]>[number]): boolean {
  if (value instanceof External)
    return (
      value.source === GLOBAL && /^(new )?(Map|Set|WeakMap|WeakSet|Array)\b|^Object\.create/.test(value.name)
    );
  return isPath(value) && (value.isArrayExpression() || value.isObjectExpression());
}

const COLLECTION_TYPES = /^(Map|Set|WeakMap|WeakSet|Array|Record)$/;

function hasCollectionType({ at }: Place): boolean {
  const { node } = at;
  const annotated =
    node.type === "VariableDeclarator"
      ? (node.id as { typeAnnotation?: Node | null })
      : (node as { typeAnnotation?: Node | null });
  const annotation = annotated.typeAnnotation;
  const type = annotation?.type === "TSTypeAnnotation" ? annotation.typeAnnotation : undefined;
  if (type?.type === "TSArrayType" || type?.type === "TSTypeLiteral") return true;
  return (
    type?.type === "TSTypeReference" &&
    type.typeName.type === "Identifier" &&
    COLLECTION_TYPES.test(nameOf(type.typeName) ?? "")
  );
}
