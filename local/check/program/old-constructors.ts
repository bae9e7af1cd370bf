import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import { nameOf, propertyName } from "./nodes.js";

/**
 * The function that `this`, or `self` after `var self = this`, is made by: a constructor in the manner before
 * classes, from its own body or from a function of its prototype.
 */
export function constructorFor(path: NodePath<Node>): NodePath<Node> | undefined {
  if (path.isIdentifier()) {
    const declared = path.scope.getBinding(path.node.name)?.path;
    const init = declared?.isVariableDeclarator() ? (declared.get("init") as NodePath<Node>) : undefined;
    return init?.isThisExpression() ? constructorFor(init) : undefined;
  }
  if (!path.isThisExpression()) return undefined;
  const owner = path.findParent((each) => each.isFunction() && !each.isArrowFunctionExpression());
  if (owner?.isFunctionDeclaration()) return /^[A-Z]/.test(owner.node.id?.name ?? "") ? owner : undefined;
  const assigned = owner?.parentPath;
  if (!owner?.isFunctionExpression() || !assigned) return undefined;
  if (assigned.isVariableDeclarator())
    return /^[A-Z]/.test(nameOf(assigned.node.id) ?? "") ? owner : undefined;
  // `Game.prototype.join = function () { … }`
  const target = assigned.isAssignmentExpression() ? assigned.get("left") : undefined;
  const prototype = target?.isMemberExpression() ? target.get("object") : undefined;
  if (!prototype?.isMemberExpression() || propertyName(prototype.node) !== "prototype") return undefined;
  const name = prototype.get("object");
  const made = name.isIdentifier() ? name.scope.getBinding(name.node.name)?.path : undefined;
  if (made?.isVariableDeclarator()) return made.get("init") as NodePath<Node>;
  return made?.isFunctionDeclaration() ? made : undefined;
}
