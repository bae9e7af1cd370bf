import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import { isPath } from "./value.js";
import type { Values } from "./values.js";

/** A number that can be read: a literal, a sum or product of them, a constant of another file. */
export function numberOf(path: NodePath<Node> | undefined, values: Values): number | undefined {
  if (!path?.node) return undefined;
  if (path.isNumericLiteral()) return path.node.value;
  if (path.isBinaryExpression()) {
    const left = numberOf(path.get("left") as NodePath<Node>, values);
    const right = numberOf(path.get("right"), values);
    if (left === undefined || right === undefined) return undefined;
    const { operator } = path.node;
    if (operator === "*") return left * right;
    if (operator === "+") return left + right;
    if (operator === "-") return left - right;
    if (operator === "/") return left / right;
    return operator === "**" ? left ** right : undefined;
  }
  if (path.isLogicalExpression()) return numberOf(path.get("right"), values);
  for (const value of values.of(path)) {
    const number = isPath(value) && value.node !== path.node ? numberOf(value, values) : undefined;
    if (number !== undefined) return number;
  }
  return undefined;
}
