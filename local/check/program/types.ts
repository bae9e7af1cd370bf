import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import { nameOf, propertyName, typeArguments } from "./nodes.js";
import { External, GLOBAL, Instance, isPath, type Value } from "./value.js";
import type { Values } from "./values.js";

/** What TypeScript's annotations say of a value. */
export class Types {
  readonly #values: Values;

  constructor(values: Values) {
    this.#values = values;
  }

  /** Objects of the classes that a type names. Types of packages count as what they make. */
  of(annotation: Node | null | undefined, at: NodePath<Node>): readonly Value[] {
    const type =
      annotation && "typeAnnotation" in annotation ? (annotation.typeAnnotation as Node) : annotation;
    if (type?.type === "TSUnionType") return type.types.flatMap((each) => this.of(each, at));
    if (type?.type !== "TSTypeReference") return [];
    if (type.typeName.type === "Identifier" && type.typeName.name === "Promise")
      return this.of(typeArguments(type)[0], at);
    const { typeName } = type;
    const name =
      typeName.type === "Identifier"
        ? typeName.name
        : typeName.type === "TSQualifiedName"
          ? nameOf(typeName.right)
          : "";
    const root =
      typeName.type === "TSQualifiedName" && typeName.left.type === "Identifier" ? typeName.left.name : name;
    const binding = at.scope.getBinding(root ?? "");
    const named = binding ? this.#values.ofBinding(binding) : [new External(GLOBAL, root ?? "")];
    const values = root === name ? named : named.flatMap((value) => this.#values.member(value, name ?? ""));
    return values.flatMap((value): Value[] => {
      if (value instanceof External) return [new External(value.source, `new ${value.name}`)];
      return isPath(value) && value.isClass() ? [new Instance(value, true)] : [];
    });
  }

  /** Objects of the class that a collection is declared to hold: `Game[]`, `Map<string, Game>`. */
  elementsOf(collection: NodePath<Node>): readonly Value[] {
    return this.#declared(collection).flatMap(([annotation, at]) => {
      const type = annotation.type === "TSTypeAnnotation" ? annotation.typeAnnotation : annotation;
      if (type.type === "TSArrayType") return this.of(type.elementType, at);
      const given = typeArguments(type);
      return given.length > 0 ? this.of(given.at(-1), at) : [];
    });
  }

  /** The types that a variable or a field is declared with, or made with: `new Map<string, Game>()`. */
  #declared(path: NodePath<Node>): (readonly [Node, NodePath<Node>])[] {
    const typesOf = (node: Node | null | undefined, value: NodePath<Node>, at: NodePath<Node>) => {
      const annotation = (node as { typeAnnotation?: Node | null } | null)?.typeAnnotation;
      const made =
        value.isNewExpression() && typeArguments(value.node).length > 0
          ? [[value.node as Node, at] as const]
          : [];
      return [...(annotation ? [[annotation, at] as const] : []), ...made];
    };
    if (path.isIdentifier()) {
      const declarator = path.scope.getBinding(path.node.name)?.path;
      if (!declarator?.isVariableDeclarator()) return [];
      return typesOf(
        declarator.node.id as Node,
        declarator.get("init") as NodePath<Node>,
        declarator as NodePath<Node>,
      );
    }
    const name = propertyName(path.node);
    if (name === undefined) return [];
    return this.#values.of(path.get("object") as NodePath<Node>).flatMap((value) => {
      const owner =
        value instanceof Instance ? value.of : isPath(value) && value.isClass() ? value : undefined;
      const members = owner ? this.#values.classMembers(owner, name, !(value instanceof Instance)) : [];
      return members.flatMap((member) =>
        member.isClassProperty() || member.isClassPrivateProperty()
          ? typesOf(member.node, member.get("value") as NodePath<Node>, member)
          : [],
      );
    });
  }
}
