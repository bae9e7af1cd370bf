import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import { External, GLOBAL, isPath, propertyName, type Value, type Values } from "./values.js";

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

  constructor(values: Values) {
    this.#values = values;
  }

  /** A parameter that takes a socket, whatever its name. */
  addSocket(parameter: Node | undefined): void {
    if (parameter) this.#sockets.add(parameter);
  }

  of(path: NodePath<Node> | null | undefined): Kind | undefined {
    if (!path?.node) return undefined;
    const known = this.#ofValues(this.#values.of(path));
    if (known && known !== "foreign") return known;
    if (path.isIdentifier()) {
      const binding = path.scope.getBinding(path.node.name);
      if (binding && this.#isSocketParameter(binding.path.node, binding.identifier)) return "socket";
      if (binding?.path.isVariableDeclarator() && binding.path.node.id.type === "Identifier") {
        const made = this.#ofExpression(binding.path.get("init") as NodePath<Node>);
        if (made) return made;
        const assigned = binding.constantViolations.map((each) =>
          each.isAssignmentExpression({ operator: "=" }) ? this.#ofAssigned(each.get("right")) : undefined,
        );
        const kind = assigned.find((each) => each !== undefined);
        if (kind) return kind;
      }
    }
    return this.#ofExpression(path) ?? known ?? this.#ofName(path);
  }

  /** `waiting = socket`: not followed further, so that a name that is assigned to itself ends. */
  #ofAssigned(value: NodePath<Node>): Kind | undefined {
    if (!value.isIdentifier()) return this.#ofExpression(value);
    const binding = value.scope.getBinding(value.node.name);
    if (binding?.kind !== "param") return undefined;
    return this.#isSocketParameter(binding.path.node, binding.identifier) ? "socket" : this.#ofName(value);
  }

  #isSocketParameter(parameter: Node, identifier: Node): boolean {
    if (this.#sockets.has(parameter) || this.#sockets.has(identifier)) return true;
    return this.#values
      .argumentsFor(parameter)
      .some((given) => given.isIdentifier() && this.#isSocketName(given));
  }

  #isSocketName(path: NodePath<Node>): boolean {
    if (!path.isIdentifier()) return false;
    const binding = path.scope.getBinding(path.node.name);
    return (
      binding !== undefined && (this.#sockets.has(binding.path.node) || SOCKET_NAMES.test(path.node.name))
    );
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
