/** What stands in a node: names, arguments, members. */
import type { NodePath } from "@babel/traverse";
import type { Class, Function as FunctionNode, Node } from "@babel/types";

/** `key`, `"key"`, `#key`; undefined for what is computed. */
export function nameOf(node: Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type === "StringLiteral") return node.value;
  if (node.type === "PrivateName") return `#${node.id.name}`;
  return undefined;
}

export function globalName(path: NodePath<Node>): string | undefined {
  if (path.isIdentifier()) return path.scope.hasBinding(path.node.name, true) ? undefined : path.node.name;
  if (!path.isMemberExpression()) return undefined;
  const object = path.get("object");
  const isGlobal = object.isIdentifier() && /^(global|globalThis)$/.test(object.node.name);
  return isGlobal && !path.scope.hasBinding(object.node.name, true) ? propertyName(path.node) : undefined;
}

/** The property that a member expression names; undefined for one that is computed. */
export function propertyName(node: Node): string | undefined {
  if (node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") return undefined;
  const { property, computed } = node;
  return computed && property.type !== "StringLiteral" ? undefined : nameOf(property);
}

export function argument(call: NodePath<Node>, index: number): NodePath<Node> | undefined {
  return (call.get("arguments") as NodePath<Node>[])[index];
}

export function typeArguments(node: Node): readonly Node[] {
  const given = (node as { typeParameters?: { params?: readonly Node[] } | null }).typeParameters;
  return given?.params ?? [];
}

/** What a function returns, its own `return`s alone. */
export function returned(path: NodePath<FunctionNode>): NodePath<Node>[] {
  const body = path.get("body") as NodePath<Node>;
  if (!body.isBlockStatement()) return [body];
  const all: NodePath<Node>[] = [];
  body.traverse({
    Function: (inner) => inner.skip(),
    ReturnStatement: (statement) => {
      if (statement.node.argument) all.push(statement.get("argument") as NodePath<Node>);
    },
  });
  return all;
}

export function constructorOf(path: NodePath<Class>): NodePath<FunctionNode> | undefined {
  const members = path.get("body").get("body") as NodePath<Node>[];
  return members.find((member): member is NodePath<FunctionNode> =>
    member.isClassMethod({ kind: "constructor" }),
  ) as NodePath<FunctionNode> | undefined;
}

export function isInStatic(path: NodePath<Node>): boolean {
  const member = path.findParent(
    (each) => each.isClassMethod() || each.isClassProperty() || each.isStaticBlock(),
  );
  return member !== null && (member.isStaticBlock() || Boolean((member.node as { static?: boolean }).static));
}

export function assignedToThis(of: NodePath<Class>, name: string): NodePath<Node>[] {
  const all: NodePath<Node>[] = [];
  of.traverse({
    AssignmentExpression(path) {
      const { left, operator } = path.node;
      const isOwn = left.type === "MemberExpression" && left.object.type === "ThisExpression";
      if (operator === "=" && isOwn && propertyName(left) === name) all.push(path);
    },
  });
  return all;
}

export function parameterProperties(of: NodePath<Class>, name: string): NodePath<Node>[] {
  const parameters = (constructorOf(of)?.get("params") ?? []) as NodePath<Node>[];
  return parameters.filter((each) => {
    if (!each.isTSParameterProperty()) return false;
    const { parameter } = each.node;
    const id = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
    return nameOf(id) === name;
  });
}

/** The keys that lead through a destructuring pattern to a name. */
export function keysTo(pattern: Node, wanted: Node): string[] | undefined {
  if (pattern === wanted) return [];
  if (pattern.type === "AssignmentPattern") return keysTo(pattern.left, wanted);
  if (pattern.type !== "ObjectPattern") return undefined;
  for (const property of pattern.properties) {
    if (property.type !== "ObjectProperty") continue;
    const key = nameOf(property.key);
    const rest = key === undefined ? undefined : keysTo(property.value, wanted);
    if (key !== undefined && rest) return [key, ...rest];
  }
  return undefined;
}
