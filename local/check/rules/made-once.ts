import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { Analysis } from "../program/analysis.js";
import { textOf } from "../program/parse-module.js";
import type { Place } from "../program/places.js";
import { External, GLOBAL } from "../program/value.js";
import type { Write } from "../program/writes.js";

const CACHE = /cache|memo/i;
/** Whether this environment has done what each environment has to do. */
const READY = /^_?#?(is|has)?_?(db)?(connected|connecting|initiali[sz]ed|ready)$/i;

/**
 * Whether what looks like state is none: a server or a database client that is made when it is first
 * needed, a cache that may be empty, a variable that nobody reads.
 */
export function isMadeOnce(place: Place, writes: readonly Write[], analysis: Analysis): boolean {
  if (CACHE.test(place.name)) return true;
  if (writes.every((write) => write.how === "assigned" && (isReference(write, analysis) || isLazy(write))))
    return true;
  if (READY.test(place.name.replace(/^.*\./, "")) && writes.every(({ value }) => value?.isBooleanLiteral()))
    return true;
  return place.kind === "variable" && isNeverRead(place, writes);
}

/** `io = new Server()`, `client = await connect()`: what it holds lives outside. */
function isReference({ value }: Write, { kinds, values }: Analysis): boolean {
  if (!value) return false;
  const kind = kinds.of(value);
  if (kind === "io" || kind === "web") return true;
  const MAKES = /(^new [\w.]+|(^|\.)(create\w*|connect\w*|default|\w*Client|getConnection)\(\))$/;
  return values
    .of(value)
    .some((each) => each instanceof External && each.source !== GLOBAL && MAKES.test(each.name));
}

/** `if (!x) x = make()`, `x ??= make()`, from nothing that the event brought. */
function isLazy({ at, value }: Write): boolean {
  if (!at.isAssignmentExpression() || !value) return false;
  const made = value.isAwaitExpression() ? value.get("argument") : value;
  if (!made.isCallExpression() && !made.isNewExpression()) return false;
  if (dependsOnEvent(made as NodePath<Node>)) return false;
  if (at.node.operator === "??=" || at.node.operator === "||=") return true;
  const name = textOf(at.get("left") as NodePath<Node>);
  const guard = at.findParent((each) => each.isIfStatement());
  return guard?.isIfStatement() === true && textOf(guard.get("test") as NodePath<Node>).includes(name);
}

function dependsOnEvent(path: NodePath<Node>): boolean {
  let depends = false;
  path.traverse({
    Identifier(name) {
      if (!name.isReferencedIdentifier()) return;
      const binding = name.scope.getBinding(name.node.name);
      if (binding && binding.scope.path.type !== "Program" && binding.scope !== path.scope) depends = true;
      if (binding?.kind === "param" && !path.isAncestor(binding.path)) depends = true;
    },
  });
  return depends;
}

function isNeverRead({ binding }: Place, writes: readonly Write[]): boolean {
  if (!binding) return false;
  const program = binding.scope.getProgramParent();
  const isExported =
    binding.referencePaths.some((path) =>
      path.findParent((each) => each.isExportDeclaration() || each.isExportSpecifier()),
    ) || textOf(program.path as NodePath<Node>).includes("module.exports");
  if (isExported) return false;
  return binding.referencePaths.every((path) => {
    const write = writes.find(({ at }) => at === path.parentPath || at.isAncestor(path as NodePath<Node>));
    return (
      write !== undefined &&
      write.at.parentPath?.isExpressionStatement() === true &&
      !write.value?.isAncestor(path as NodePath<Node>)
    );
  });
}
