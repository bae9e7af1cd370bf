import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { Analysis } from "../program/analysis.js";
import { ioName } from "../program/io-name.js";
import { textOf } from "../program/parse-module.js";
import type { Place } from "../program/places.js";
import { propertyName } from "../program/values.js";
import type { Write } from "../program/writes.js";

const ELSE = "keep it in a database, under an id; what belongs to one client goes into socket.data";

/**
 * The repair, in the program's own names where it has the frequent shape: who is connected, by `socket.id`;
 * or how many are.
 */
export function repairOf(place: Place, writes: readonly Write[], analysis: Analysis): string {
  const io = ioName(analysis);
  const socket = writes.map(({ at }) => socketIn(at, analysis)).find((name) => name !== undefined);
  if (writes.every(({ at }) => at.isUpdateExpression() || isSum(at))) {
    const isCount = writes.some(({ at }) => isIn(at, "connection", analysis));
    return isCount
      ? `(await ${io}.fetchSockets()).length`
      : `a counter in a database (an atomic ADD); a client's own: ${socket ?? "socket"}.data`;
  }
  if (writes.some(({ value }) => value && analysis.kinds.of(value) === "socket")) {
    return `keep ${socket ?? "socket"}.id, in a database, and send with ${io}.to(id).emit(…): a socket cannot be kept`;
  }
  if (socket === undefined) return ELSE;
  const short = place.name.replace(/^.*\./, "");
  const one = singularOf(short);
  const text = valueText(writes);
  return `${socket}.data.${one} = ${text}, and ${short} = (await ${io}.fetchSockets()).map((one) => one.data.${one})`;
}

/** The name of the socket whose `id` is the key, or stands in what is put there. */
function socketIn(at: NodePath<Node>, { kinds }: Analysis): string | undefined {
  let name: string | undefined;
  at.traverse({
    MemberExpression(path) {
      if (
        name === undefined &&
        propertyName(path.node) === "id" &&
        kinds.of(path.get("object")) === "socket"
      ) {
        name = textOf(path.get("object") as NodePath<Node>);
      }
    },
  });
  return name;
}

function isSum(at: NodePath<Node>): boolean {
  return (
    at.isAssignmentExpression() && /^[+-]=$/.test(at.node.operator) && at.node.right.type === "NumericLiteral"
  );
}

function isIn(at: NodePath<Node>, kind: string, { callbacks }: Analysis): boolean {
  return callbacks.all.some(
    (each) =>
      each.kind === kind && each.path.isAncestor(at) && at.getFunctionParent()?.node === each.path.node,
  );
}

function valueText(writes: readonly Write[]): string {
  const value = writes.find((write) => write.value && !write.at.isUnaryExpression())?.value;
  const text = (value && textOf(value)) ?? "…";
  return text.length > 60 ? "{ … }" : text;
}

function singularOf(name: string): string {
  const bare = name
    .replace(/(Map|List|Set|Array|ById|BySocket|Dict)$/, "")
    .replace(/^(all|online|connected|active)(?=[A-Z])/, "");
  const word = bare.charAt(0).toLowerCase() + bare.slice(1);
  if (/ies$/.test(word)) return `${word.slice(0, -3)}y`;
  return /[^s]s$/.test(word) ? word.slice(0, -1) : word || "it";
}
