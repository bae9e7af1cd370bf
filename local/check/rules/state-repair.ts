import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { Analysis } from "../program/analysis.js";
import { ioName } from "../program/io-name.js";
import { argument, nameOf, propertyName } from "../program/nodes.js";
import { textOf } from "../program/parse-module.js";
import type { Place } from "../program/places.js";
import type { Write } from "../program/writes.js";

const ELSE = "keep it in a database, under an id; what belongs to one client goes into socket.data";
/** Collections of those who are connected, whatever puts them there. */
const PEOPLE = /(user|player|client|people|person|member|participant|guest|peer|visitor|online|connected)s?/i;
const IDS = /^(id|_id|sid|socket_?id|client_?id)$/i;

/**
 * The repair, in the program's own names where it has a frequent shape: who is connected, by `socket.id`;
 * where somebody is found; how many there are.
 */
export function repairOf(place: Place, writes: readonly Write[], analysis: Analysis): string {
  const io = ioName(analysis);
  const name = place.name.replace(/^.*\./, "");
  const { kinds } = analysis;
  if (writes.every(({ at }) => at.isUpdateExpression() || isSum(at))) {
    const isOfClients = writes.some(({ at }) => isInHandler(at, analysis));
    return isOfClients
      ? `(await ${io}.fetchSockets()).length`
      : "a counter in a database, with an atomic addition; a client's own goes into socket.data";
  }
  if (writes.some(({ value }) => value && kinds.of(value) === "socket")) {
    return `keep the socket's id, in a database, and send with ${io}.to(id).emit(…)`;
  }
  const puts = writes.filter(({ at }) => isDirect(at, name)).map((write) => putOf(write, analysis));
  const byId = puts.find((put) => put?.socket && (put.isKey || put.isIn));
  if (byId) return peopleRepair(name, byId.socket ?? "socket", byId.value, io);
  const listed = puts.find((put) => put?.isValue);
  if (listed?.key) {
    return `${listed.socket}.join(${listed.key}), and ${io}.to(${listed.key}).emit(…): a room for each finds its client`;
  }
  if (listed && writes.some(({ at, value }) => at.isCallExpression() && value && idOf(value, analysis))) {
    const room = JSON.stringify(name);
    return `${listed.socket}.join(${room}), and (await ${io}.in(${room}).fetchSockets()).map((one) => one.id)`;
  }
  const isList = writes.some(
    ({ at }) => at.isCallExpression() || (at.isAssignmentExpression() && at.get("left").isMemberExpression()),
  );
  return isList && PEOPLE.test(name) ? peopleRepair(name, "socket", undefined, io) : ELSE;
}

function peopleRepair(name: string, socket: string, value: string | undefined, io: string): string {
  const one = singularOf(name);
  return `${socket}.data.${one} = ${value ?? "{ … }"}, and ${name} = (await ${io}.fetchSockets()).map((one) => one.data.${one})`;
}

interface Put {
  readonly socket?: string;
  /** The key, where it is not the socket's id. */
  readonly key?: string;
  readonly value?: string;
  /** The socket's id is the key. */
  readonly isKey: boolean;
  /** It is what is put there. */
  readonly isValue: boolean;
  /** It is a property of that. */
  readonly isIn: boolean;
}

/**
 * What a write puts where: `users[socket.id] = name`, `users.set(userId, socket.id)`, `users.push({ id:
 * socket.id })`.
 */
function putOf({ at, value }: Write, analysis: Analysis): Put | undefined {
  const key = keyOf(at);
  if (!value || (at.isUnaryExpression() && !key)) return undefined;
  const keySocket = key && idOf(key, analysis);
  const valueSocket = idOf(value, analysis);
  const within = value.isObjectExpression() ? idIn(value, analysis) : undefined;
  const socket = keySocket ?? valueSocket ?? within;
  return {
    ...(socket && { socket }),
    ...(key && !keySocket && { key: textOf(key) }),
    value: holdsSocket(value, analysis) ? "{ … }" : shortText(value),
    isKey: keySocket !== undefined,
    isValue: keySocket === undefined && valueSocket !== undefined,
    isIn: within !== undefined,
  };
}

/** `users.push(…)`, not `room.users.push(…)` of what `rooms` holds. */
function isDirect(at: NodePath<Node>, name: string): boolean {
  if (!at.isCallExpression() && !at.isAssignmentExpression()) return false;
  const target = (at.isCallExpression() ? at.get("callee") : at.get("left")) as NodePath<Node>;
  if (!target.isMemberExpression()) return true;
  const object = target.get("object");
  return (propertyName(object.node) ?? nameOf(object.node)) === name;
}

function keyOf(at: NodePath<Node>): NodePath<Node> | undefined {
  if (at.isAssignmentExpression()) {
    const left = at.get("left");
    return left.isMemberExpression() && left.node.computed
      ? (left.get("property") as NodePath<Node>)
      : undefined;
  }
  if (!at.isCallExpression()) return undefined;
  const callee = at.get("callee");
  return propertyName(callee.node) === "set" ? argument(at, 0) : undefined;
}

/** The name of the socket in `socket.id`. */
function idOf(path: NodePath<Node>, { kinds }: Analysis): string | undefined {
  if (propertyName(path.node) !== "id") return undefined;
  const object = path.get("object") as NodePath<Node>;
  return kinds.of(object) === "socket" ? textOf(object) : undefined;
}

function idIn(object: NodePath<Node>, analysis: Analysis): string | undefined {
  for (const property of object.get("properties") as NodePath<Node>[]) {
    if (!property.isObjectProperty() || !IDS.test(nameOf(property.node.key) ?? "")) continue;
    const socket = idOf(property.get("value") as NodePath<Node>, analysis);
    if (socket) return socket;
  }
  return undefined;
}

function holdsSocket(value: NodePath<Node>, { kinds }: Analysis): boolean {
  if (!value.isObjectExpression()) return false;
  return (value.get("properties") as NodePath<Node>[]).some(
    (property) =>
      property.isObjectProperty() && kinds.of(property.get("value") as NodePath<Node>) === "socket",
  );
}

function isSum(at: NodePath<Node>): boolean {
  return (
    at.isAssignmentExpression() && /^[+-]=$/.test(at.node.operator) && at.node.right.type === "NumericLiteral"
  );
}

function isInHandler(at: NodePath<Node>, { callbacks }: Analysis): boolean {
  const owner = at.getFunctionParent()?.node;
  return callbacks.all.some(({ kind, path }) => kind === "connection" && path.node === owner);
}

function shortText(value: NodePath<Node>): string {
  const text = textOf(value);
  return text.length > 60 ? "{ … }" : text;
}

function singularOf(name: string): string {
  const bare = name
    .replace(/By[A-Z]\w*$/, "")
    .replace(/(Map|List|Set|Array|ById|BySocket|Dict)$/, "")
    .replace(/^#?(all|online|connected|active|current)(?=[A-Z])/, "");
  const word = (bare.charAt(0).toLowerCase() + bare.slice(1)).replace(/^#/, "");
  if (/ies$/.test(word)) return `${word.slice(0, -3)}y`;
  return /[^s]s$/.test(word) ? word.slice(0, -1) : word || "it";
}
