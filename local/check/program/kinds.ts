import type { NodePath } from "@babel/traverse";
import type { Identifier, Node } from "@babel/types";
import { propertyName } from "./nodes.js";
import { External, GLOBAL, Instance, isPath, type Value } from "./value.js";
import type { Values } from "./values.js";

/**
 * What an expression is to Socket.IO and HTTP. `foreign`: something of a package that is none of the
 * others.
 */
export type Kind = "io" | "socket" | "web" | "foreign";

const WEB =
  /^(express|fastify|koa|@?koa[-/]router|hono|@hono\/.*|http|https|node:https?|polka|restify|connect)$/;
const IO_NAMES = /^_?(io|ioserver|socketio|socketserver|ioinstance|wsserver|nsp|namespace)$/i;
const SOCKET_NAMES = /^_?(socket|sock)$/i;

/**
 * Tells servers and sockets from everything else: by what made them, by their type, or else by their name.
 */
export class Kinds {
  readonly #values: Values;
  readonly #sockets = new Set<Node>();
  /** What is being read: a name that is assigned to itself ends here. */
  readonly #open = new Set<Node>();

  constructor(values: Values) {
    this.#values = values;
  }

  /** A parameter that takes a socket, whatever its name. */
  addSocket(parameter: Node | undefined): void {
    if (parameter) this.#sockets.add(parameter);
  }

  of(path: NodePath<Node> | null | undefined): Kind | undefined {
    if (!path?.node || this.#open.has(path.node)) return undefined;
    this.#open.add(path.node);
    const kind = this.#read(path);
    this.#open.delete(path.node);
    return kind;
  }

  #read(path: NodePath<Node>): Kind | undefined {
    const known = this.#ofValues(this.#values.of(path));
    if (known && known !== "foreign") return known;
    const held = path.isIdentifier() ? this.#ofBinding(path) : undefined;
    return held ?? this.#ofExpression(path) ?? this.#ofField(path) ?? known ?? this.#ofName(path);
  }

  #ofBinding(path: NodePath<Identifier>): Kind | undefined {
    const binding = path.scope.getBinding(path.node.name);
    if (!binding) return undefined;
    const { path: declared, identifier } = binding;
    if (this.#sockets.has(declared.node) || this.#sockets.has(identifier)) return "socket";
    if (binding.kind === "param") {
      const typed = kindOfType(identifier.typeAnnotation);
      return typed ?? this.#first(this.#values.argumentsFor(declared.node));
    }
    if (!declared.isVariableDeclarator() || declared.node.id.type !== "Identifier") return undefined;
    const assigned = binding.constantViolations.flatMap((each) =>
      each.isAssignmentExpression({ operator: "=" }) ? [each.get("right") as NodePath<Node>] : [],
    );
    const init = declared.get("init") as NodePath<Node>;
    return this.#first(
      init.isIdentifier() || init.isCallExpression() || init.isMemberExpression()
        ? [init, ...assigned]
        : assigned,
    );
  }

  /** `this.client`, which the constructor was given. */
  #ofField(path: NodePath<Node>): Kind | undefined {
    const name = propertyName(path.node);
    if (name === undefined) return undefined;
    const owners = this.#values
      .of(path.get("object") as NodePath<Node>)
      .filter((value) => value instanceof Instance);
    const members = owners.flatMap((owner) => this.#values.classMembers(owner.of, name, false));
    return this.#first(
      members.flatMap((member): readonly NodePath<Node>[] => {
        if (member.isAssignmentExpression()) return [member.get("right")];
        return member.isTSParameterProperty() ? this.#values.argumentsFor(member.node) : [];
      }),
    );
  }

  #first(paths: readonly NodePath<Node>[]): Kind | undefined {
    for (const path of paths) {
      const kind = this.of(path);
      if (kind) return kind;
    }
    return undefined;
  }

  #ofExpression(path: NodePath<Node>): Kind | undefined {
    if (path.isCallExpression()) {
      const callee = path.get("callee");
      if (!callee.isMemberExpression()) {
        return callee.isIdentifier() && /^get_?(io|socketio)$/i.test(callee.node.name) ? "io" : undefined;
      }
      const name = propertyName(callee.node) ?? "";
      if (/^get_?(io|socketio)$/i.test(name)) return "io";
      const object = callee.get("object");
      const given = path.get("arguments")[0];
      if (name === "get" && given?.isStringLiteral() && IO_NAMES.test(given.node.value)) return "io";
      if (/^(of|on|use|in|to|except|listen|attach)$/.test(name) && this.of(object) === "io") return "io";
      if (/^(on|once|use|to|in|join)$/.test(name) && this.of(object) === "socket") return "socket";
      return name === "route" && this.of(object) === "web" ? "web" : undefined;
    }
    if (path.isMemberExpression() || path.isOptionalMemberExpression()) {
      const name = propertyName(path.node) ?? "";
      const object = path.get("object") as NodePath<Node>;
      if (/^(sockets|broadcast|volatile|local)$/.test(name) && this.of(object) === "io") return "io";
      if (/^(broadcast|volatile)$/.test(name) && this.of(object) === "socket") return "socket";
      if (/^(nsp|server)$/.test(name) && this.of(object) === "socket") return "io";
      return undefined;
    }
    return undefined;
  }

  #ofName(path: NodePath<Node>): Kind | undefined {
    const name = path.isIdentifier() ? path.node.name : propertyName(path.node);
    if (name === undefined) return undefined;
    if (IO_NAMES.test(name)) return "io";
    if (SOCKET_NAMES.test(name)) return "socket";
    return undefined;
  }

  #ofValues(values: readonly Value[]): Kind | undefined {
    const kinds = values.map((value) =>
      value instanceof External ? kindOfExternal(value) : this.#ofServerField(value),
    );
    return (
      kinds.find((kind) => kind && kind !== "foreign") ?? (kinds.includes("foreign") ? "foreign" : undefined)
    );
  }

  /** Nest puts the server into a field: `@WebSocketServer() server`. */
  #ofServerField(value: Value): Kind | undefined {
    if (!isPath(value) || !(value.isClassProperty() || value.isTSParameterProperty())) return undefined;
    return decoratorsOf(value).includes("WebSocketServer") ? "io" : undefined;
  }
}

/** By the name of an own type: `AuthenticatedSocket`, `TypedServer`. */
function kindOfType(annotation: Node | null | undefined): Kind | undefined {
  const type = annotation?.type === "TSTypeAnnotation" ? annotation.typeAnnotation : undefined;
  if (type?.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return undefined;
  const { name } = type.typeName;
  if (/Socket$/.test(name) && !/Web|TLS|Net/.test(name)) return "socket";
  return /^(Socket|IO|Io|Typed)\w*Server$/.test(name) ? "io" : undefined;
}

function kindOfExternal({ source, name }: External): Kind | undefined {
  if (source === "socket.io") {
    if (/^new (default\.)?Socket$|\bnew \w*Socket$/.test(name)) return "socket";
    return /^new |\(\)/.test(name) &&
      /^(new (Server|Namespace|default|BroadcastOperator)|default\(\)|Server\(\)|listen\(\))/.test(name)
      ? "io"
      : undefined;
  }
  if (WEB.test(source)) return "web";
  return source === GLOBAL ? undefined : "foreign";
}

/** The names of the decorators on a node. */
export function decoratorsOf(path: NodePath<Node>): string[] {
  const { decorators } = path.node as {
    readonly decorators?: readonly { readonly expression: Node }[] | null;
  };
  return (decorators ?? []).flatMap(({ expression }) => {
    const callee = expression.type === "CallExpression" ? expression.callee : expression;
    return callee.type === "Identifier" ? [callee.name] : [];
  });
}
