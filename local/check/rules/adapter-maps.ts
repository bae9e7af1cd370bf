import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";
import { argument, nameOf, propertyName } from "../program/nodes.js";
import { textOf } from "../program/parse-module.js";
import { External } from "../program/value.js";

type MapName = "rooms" | "sids" | "sockets" | "clientsCount" | "connected";

interface MapUse {
  readonly map: MapName;
  readonly at: NodePath<Node>;
  /** What `fetchSockets` is called on: `io`, `io.of("/chat")`. */
  readonly base: string;
}

/** The adapter's maps and what stands for them: each shows the socket of this event alone. */
export function adapterMaps(analysis: Analysis): RawFinding[] {
  const found: RawFinding[] = [];
  const add = (use: MapUse | undefined) => {
    if (!use) return;
    found.push({ rule: "adapter-maps", at: use.at, what: whatOf(use), instead: insteadOf(use) });
  };
  for (const { path } of analysis.sources.modules) {
    path.traverse({
      "MemberExpression|OptionalMemberExpression": (member: NodePath<Node>) => add(useAt(member, analysis)),
      VariableDeclarator: (declarator) => {
        if (declarator.get("id").isObjectPattern()) add(destructured(declarator as NodePath<Node>, analysis));
      },
    });
  }
  return found;
}

function useAt(member: NodePath<Node>, analysis: Analysis): MapUse | undefined {
  const name = propertyName(member.node);
  const object = member.get("object") as NodePath<Node>;
  const last = object.isIdentifier() ? object.node.name : propertyName(object.node);
  if ((name === "rooms" || name === "sids" || name === "socketRooms") && last === "adapter") {
    return { map: name === "sids" ? "sids" : "rooms", at: member, base: baseOf(object, analysis) };
  }
  if (name === "clientsCount" && (last === "engine" || last === "eio")) {
    const server = object.isMemberExpression() ? (object.get("object") as NodePath<Node>) : object;
    return {
      map: "clientsCount",
      at: member,
      base: object.isMemberExpression() ? plain(server, analysis) : "io",
    };
  }
  if (name === "connected" && last === "sockets")
    return { map: "connected", at: member, base: plain(object, analysis) };
  if (name !== "sockets") return undefined;
  if (last === "sockets" || last === "nsp" || isNamespace(object, analysis)) {
    return { map: "sockets", at: member, base: plain(object, analysis) };
  }
  return undefined;
}

/** What `io.of()` returns. `io.sockets` is one as well; `sockets` of a server is no map. */
function isNamespace(object: NodePath<Node>, { values, kinds }: Analysis): boolean {
  if (
    values
      .of(object)
      .some(
        (value) => value instanceof External && value.source === "socket.io" && value.name.endsWith(".of()"),
      )
  )
    return true;
  if (!object.isCallExpression() || kinds.of(object) !== "io") return false;
  const callee = object.get("callee");
  return propertyName(callee.node) === "of";
}

/** `const { rooms } = io.sockets.adapter`, `const { sockets: { adapter: { sids, rooms } } } = io`. */
function destructured(declarator: NodePath<Node>, analysis: Analysis): MapUse | undefined {
  const init = declarator.get("init") as NodePath<Node>;
  if (!init.node) return undefined;
  const { id } = declarator.node as { readonly id: Node };
  const from = init.isIdentifier() ? init.node.name : propertyName(init.node);
  const keys = keysIn(id);
  const deepest = keys.find(
    ([, parent]) => parent === "adapter" || (parent === undefined && from === "adapter"),
  );
  const base = from === "adapter" ? baseOf(init, analysis) : plain(init, analysis);
  if (deepest && /^(rooms|sids)$/.test(deepest[0]))
    return { map: deepest[0] as MapName, at: declarator, base };
  if (from === "engine" && keys.some(([key]) => key === "clientsCount")) {
    return {
      map: "clientsCount",
      at: declarator,
      base: plain(init.get("object") as NodePath<Node>, analysis),
    };
  }
  if (from === "sockets" && keys.some(([key]) => key === "sockets"))
    return { map: "sockets", at: declarator, base };
  return undefined;
}

function keysIn(pattern: Node, parent?: string): (readonly [string, string | undefined])[] {
  if (pattern.type !== "ObjectPattern") return [];
  return pattern.properties.flatMap((property) => {
    if (property.type !== "ObjectProperty") return [];
    const key = nameOf(property.key) ?? "";
    return [[key, parent] as const, ...keysIn(property.value, key)];
  });
}

/** Of `io.sockets.adapter`: `io`. */
function baseOf(adapter: NodePath<Node>, analysis: Analysis): string {
  if (adapter.isMemberExpression() || adapter.isOptionalMemberExpression())
    return plain(adapter.get("object") as NodePath<Node>, analysis);
  const binding = adapter.isIdentifier() ? adapter.scope.getBinding(adapter.node.name) : undefined;
  const init = binding?.path.isVariableDeclarator()
    ? (binding.path.get("init") as NodePath<Node>)
    : undefined;
  return init?.isMemberExpression() ? plain(init.get("object") as NodePath<Node>, analysis) : "io";
}

function plain(path: NodePath<Node>, { kinds }: Analysis): string {
  const isSockets = path.isMemberExpression() && propertyName(path.node) === "sockets";
  const text = textOf(isSockets ? (path.get("object") as NodePath<Node>) : path)
    .replaceAll("?.", ".")
    .replace(/\.nsps\[(.*)\]$/, ".of($1)");
  return kinds.of(path) === "socket" ? `${text}.nsp` : text;
}

function whatOf({ map }: MapUse): string {
  if (map === "clientsCount") return "clientsCount counts one environment's clients, and is always 0 here";
  if (map === "connected")
    return "sockets.connected is of Socket.IO 2: in 4.8 it is undefined, and reading it throws";
  const name = map === "sockets" ? "the map of sockets" : `adapter.${map}`;
  return `${name} shows the socket of this event alone: all others are in the table`;
}

/** The form for what the program asks: how many, who, or one of them. */
function insteadOf({ map, at, base }: MapUse): string {
  const all = `await ${base}.fetchSockets()`;
  if (map === "clientsCount") return `(${all}).length`;
  const { key, rest } = keyed(at);
  const asksCount =
    rest === "size" || rest === "length" || rest === "sockets.size" || rest === "sockets.length";
  if (key === undefined) {
    if (asksCount && map !== "rooms") return `(${all}).length`;
    if (map === "rooms") return `new Set((${all}).flatMap((one) => [...one.rooms]))`;
    return all;
  }
  if (map === "rooms")
    return asksCount
      ? `(await ${base}.in(${key}).fetchSockets()).length`
      : `await ${base}.in(${key}).fetchSockets()`;
  if (map === "sids") return `(await ${base}.in(${key}).fetchSockets())[0]?.rooms`;
  const method = /^(emit|join|leave|disconnect)$/.exec(rest)?.[1];
  if (method === "emit") return `${base}.to(${key}).emit(…)`;
  if (method === "join") return `${base}.in(${key}).socketsJoin(…)`;
  if (method === "leave") return `${base}.in(${key}).socketsLeave(…)`;
  if (method === "disconnect") return `${base}.in(${key}).disconnectSockets(true)`;
  return `const [one] = await ${base}.in(${key}).fetchSockets()`;
}

/** The room or id that is asked for, and the properties behind it. */
function keyed(map: NodePath<Node>): { readonly key?: string; readonly rest: string } {
  const parent = map.parentPath;
  if (!parent || map.key !== "object") return { rest: "" };
  const { node } = parent;
  const isComputed =
    (node.type === "MemberExpression" || node.type === "OptionalMemberExpression") && node.computed;
  if (isComputed) return { key: textOf(parent.get("property") as NodePath<Node>), rest: restOf(parent) };
  const call = parent.parentPath;
  const name = propertyName(node) ?? "";
  if (/^(get|has)$/.test(name) && (call?.isCallExpression() || call?.isOptionalCallExpression())) {
    const given = argument(call as NodePath<Node>, 0);
    return given ? { key: textOf(given), rest: restOf(call as NodePath<Node>) } : { rest: "" };
  }
  return { rest: name };
}

function restOf(path: NodePath<Node>): string {
  const names: string[] = [];
  let current: NodePath<Node> | null = path;
  while (
    current?.key === "object" ||
    current?.parentPath?.isTSNonNullExpression() ||
    current?.parentPath?.isParenthesizedExpression()
  ) {
    current = current.parentPath;
    const name = current && propertyName(current.node);
    if (name) names.push(name);
  }
  return names.join(".");
}
