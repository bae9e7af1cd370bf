import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";
import { timerName } from "../program/callbacks.js";
import { decoratorsOf } from "../program/kinds.js";
import { nameOf, propertyName } from "../program/nodes.js";
import { textOf } from "../program/parse-module.js";
import { External, GLOBAL, Instance, isPath } from "../program/value.js";

/** JavaScript's own classes that are stored as they are. */
const STORED = /^new (Date|Map|Set|Buffer|RegExp|Error|\w*Error|\w+Array|ArrayBuffer|Array|Object|URL)\b/;

/** What a query of mongoose returns without `lean()`. */
const DOCUMENT =
  /^model\(\)\.(findById|findOne|create|findOneAndUpdate|findByIdAndUpdate)\(\)(\.(select|populate|exec)\(\))*$/;

/** What is put into a socket and cannot be stored with it; sockets that are put into other objects. */
export function unstorable(analysis: Analysis): RawFinding[] {
  const found: RawFinding[] = [];
  const add = (at: NodePath<Node>, target: string, value: NodePath<Node>) => {
    const what = kindOfValue(value, analysis);
    if (!what) return;
    found.push({
      rule: "unstorable",
      at,
      what: `${target} gets ${what}, which cannot be stored: the next event does not have it`,
      instead:
        what === "a socket"
          ? "keep the socket's id, and send with io.to(id).emit(…)"
          : "store plain data, and make the rest of it where it is used",
    });
  };
  for (const { path } of analysis.sources.modules) {
    path.traverse({
      AssignmentExpression(assignment) {
        const target = assignment.get("left");
        const value = assignment.get("right");
        if (!target.isMemberExpression() || !analysis.eventTime.has(assignment)) return;
        if (isOfSocket(target, analysis)) {
          // The connection handler makes it again before each event.
          if (isMadeAnew(value, assignment, analysis)) return;
          if (value.isObjectExpression())
            for (const [key, each] of entriesOf(value))
              add(each, `${textOf(target as NodePath<Node>)}.${key}`, each);
          else add(assignment, textOf(target as NodePath<Node>), value);
        } else if (
          !target.node.computed &&
          !isOfThis(target) &&
          !isGlobal(target) &&
          analysis.kinds.of(value) === "socket"
        ) {
          add(assignment, textOf(target as NodePath<Node>), value);
        }
      },
      CallExpression(call) {
        if (!call.get("callee").matchesPattern("Object.assign")) return;
        const [target, value] = call.get("arguments") as NodePath<Node>[];
        if (
          !target ||
          !value?.isObjectExpression() ||
          !(isOfSocket(target, analysis) || analysis.kinds.of(target) === "socket")
        )
          return;
        for (const [key, each] of entriesOf(value))
          add(each, `${textOf(target as NodePath<Node>)}.${key}`, each);
      },
    });
  }
  return found;
}

/** A function that the `connection` handler itself puts there. */
function isMadeAnew(value: NodePath<Node>, at: NodePath<Node>, { callbacks }: Analysis): boolean {
  const owner = at.getFunctionParent();
  return (
    value.isFunction() &&
    callbacks.all.some(({ kind, path }) => kind === "connection" && path.node === owner?.node)
  );
}

function entriesOf(object: NodePath<Node>): (readonly [string, NodePath<Node>])[] {
  return (object.get("properties") as NodePath<Node>[]).flatMap((property) => {
    if (property.isObjectMethod()) return [[nameOf(property.node.key) ?? "it", property] as const];
    return property.isObjectProperty()
      ? [[nameOf(property.node.key) ?? "it", property.get("value") as NodePath<Node>] as const]
      : [];
  });
}

/** `socket.data.x`, `socket.x`: what is stored with the connection. */
function isOfSocket(target: NodePath<Node>, { kinds }: Analysis): boolean {
  let current = target;
  while (current.isMemberExpression()) {
    current = current.get("object");
    if (kinds.of(current) === "socket") return true;
  }
  return false;
}

function isOfThis(target: NodePath<Node>): boolean {
  return target.isMemberExpression() && target.get("object").isThisExpression();
}

/** `global.socket = socket` has its finding of module-state. */
function isGlobal(target: NodePath<Node>): boolean {
  return /^(global|globalThis)\./.test(textOf(target));
}

function kindOfValue(value: NodePath<Node>, { kinds, values }: Analysis): string | undefined {
  if (kinds.of(value) === "socket") return "a socket";
  if (value.isFunction()) return "a function";
  if (value.isCallExpression() && timerName(value.get("callee") as NodePath<Node>, values)) return "a timer";
  for (const each of values.of(value)) {
    // An entity of TypeORM is an object of its class; other types may describe plain objects.
    if (
      each instanceof Instance &&
      (!each.isTyped || decoratorsOf(each.of as NodePath<Node>).includes("Entity"))
    )
      return `an object of ${each.of.node.id?.name ?? "a class"}`;
    if (isPath(each) && each.isFunction()) return "a function";
    if (each instanceof External && each.source === "mongoose" && DOCUMENT.test(each.name))
      return "a document of mongoose";
    if (!(each instanceof External) || !/^new [\w.]+$/.test(each.name)) continue;
    if (value.isNewExpression() && !(each.source === GLOBAL && STORED.test(each.name)))
      return `an object of ${propertyName(value.node.callee) ?? nameOf(value.node.callee) ?? "a class"}`;
  }
  return undefined;
}
