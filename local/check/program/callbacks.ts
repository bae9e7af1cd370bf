import type { NodePath } from "@babel/traverse";
import type { CallExpression, Function as FunctionNode, Node } from "@babel/types";
import { decoratorsOf, type Kinds } from "./kinds.js";
import { argument, nameOf, propertyName, returned } from "./nodes.js";
import type { Module } from "./parse-module.js";
import { External, GLOBAL, isPath } from "./value.js";
import type { Values } from "./values.js";

/**
 * Why a function runs after the program has loaded. `connection`: for each client, and again before each of
 * its events; `listener`: for an event of a client; `subscription`: for what another emitter says.
 */
export type CallbackKind = "connection" | "listener" | "middleware" | "route" | "timer" | "subscription";

export interface Callback {
  readonly kind: CallbackKind;
  readonly path: NodePath<FunctionNode>;
  /** Where it is registered; for a decorated method, the method. */
  readonly at: NodePath<Node>;
  /** The event's name, where it can be read. */
  readonly event?: string | undefined;
}

const ROUTE_METHODS = /^(get|post|put|patch|delete|del|all|use|head|options|addHook)$/;
const ON = /^(on|once|addListener|prependListener)$/;
/** What an emitter says of itself, not of the world. */
const LIFECYCLE =
  /^(error|listening|close|open|ready|connect|connected|disconnected|connecting|reconnecting|end|exit|uncaughtException|unhandledRejection|SIG[A-Z0-9]+|beforeExit|finish|drain|request|upgrade)$/;

const DECORATORS: Readonly<Record<string, CallbackKind>> = {
  SubscribeMessage: "listener",
  OnMessage: "listener",
  OnDisconnect: "listener",
  OnConnect: "connection",
  Get: "route",
  Post: "route",
  Put: "route",
  Patch: "route",
  Delete: "route",
  All: "route",
  Query: "route",
  Mutation: "route",
  OnEvent: "subscription",
  MessagePattern: "subscription",
  EventPattern: "subscription",
  Cron: "timer",
  Interval: "timer",
  Timeout: "timer",
};

/** Finds the functions that the program gives to Socket.IO, to its web framework, and to timers. */
export class Callbacks {
  readonly all: readonly Callback[];
  readonly #values: Values;
  readonly #kinds: Kinds;

  constructor(modules: readonly Module[], values: Values, kinds: Kinds) {
    this.#values = values;
    this.#kinds = kinds;
    // Connection handlers first: they say which parameters are sockets.
    const passes = [
      (call: NodePath<CallExpression>) => this.#connectionOf(call),
      (call: NodePath<CallExpression>) => this.#othersOf(call),
    ];
    const found: Callback[] = modules.flatMap(({ path }) => this.#decorated(path));
    for (const pass of passes) {
      for (const { path } of modules) {
        path.traverse({
          CallExpression: (call) => {
            found.push(...pass(call));
          },
        });
      }
    }
    this.all = found;
  }

  /** The functions that a callback may be: named, bound, wrapped, or made by another one. */
  candidates(path: NodePath<Node> | undefined): NodePath<FunctionNode>[] {
    if (!path?.node) return [];
    if (path.isArrayExpression()) {
      return (path.get("elements") as NodePath<Node>[]).flatMap((each) => this.candidates(each));
    }
    const direct = this.#values.functionsOf(path);
    if (!path.isCallExpression()) return direct;
    const made = this.#values
      .functionsOf(path.get("callee"))
      .flatMap((maker) => returned(maker).flatMap((each) => this.#values.functionsOf(each)));
    const wrapped = (path.get("arguments") as NodePath<Node>[]).flatMap((each) => this.candidates(each));
    return [...new Set([...direct, ...made, ...wrapped])];
  }

  /** An event's name: a literal, a constant, a member of an enumeration. */
  textOf(path: NodePath<Node> | undefined): string | undefined {
    for (const value of this.#values.of(path)) {
      if (!isPath(value)) continue;
      if (value.isStringLiteral()) return value.node.value;
      if (value.isTemplateLiteral() && value.node.quasis.length === 1)
        return value.node.quasis[0]?.value.cooked ?? "";
    }
    return undefined;
  }

  #connectionOf(call: NodePath<CallExpression>): Callback[] {
    const callee = call.get("callee");
    if (!callee.isMemberExpression()) return [];
    const name = propertyName(callee.node) ?? "";
    const object = callee.get("object");
    const kind = this.#kinds.of(object);
    if (name === "use" && kind === "io") {
      return this.#register("middleware", call, argument(call, 0), true);
    }
    if (!ON.test(name)) {
      // `io.of("/chat", handler)`
      return name === "of" && kind === "io"
        ? this.#register("connection", call, argument(call, 1), true)
        : [];
    }
    const event = this.textOf(argument(call, 0));
    const isConnection = event === "connection" || (event === "connect" && kind === "io");
    if (!isConnection || (kind !== undefined && kind !== "io")) return [];
    return this.#register("connection", call, argument(call, 1), true, event);
  }

  #othersOf(call: NodePath<CallExpression>): Callback[] {
    const callee = call.get("callee");
    if (callee.isIdentifier() || callee.isMemberExpression()) {
      const timer = timerName(callee, this.#values);
      if (timer === "setInterval") return this.#register("timer", call, argument(call, 0));
      if (timer === "schedule")
        return this.#register("timer", call, call.get("arguments").at(-1) as NodePath<Node>);
    }
    if (callee.isIdentifier() || !callee.isMemberExpression()) {
      return this.#isCreateServer(callee) ? this.#registerRoutes(call) : [];
    }
    const name = propertyName(callee.node) ?? "";
    const object = callee.get("object");
    const kind = this.#kinds.of(object);
    if (/^(onAny|prependAny|onAnyOutgoing)$/.test(name) || (name === "use" && kind === "socket")) {
      return kind === "socket" ? this.#register("listener", call, argument(call, 0)) : [];
    }
    if (ON.test(name)) {
      const event = this.textOf(argument(call, 0));
      if (kind === "socket") return this.#register("listener", call, argument(call, 1), false, event);
      if (kind === "io") return [];
      if (kind === "web" && event === "request") return this.#register("route", call, argument(call, 1));
      return event !== undefined && LIFECYCLE.test(event)
        ? []
        : this.#register("subscription", call, argument(call, 1), false, event);
    }
    // `shell.onData((text) => …)`
    if (/^on[A-Z]/.test(name) && kind !== "io" && kind !== "socket" && kind !== "web") {
      return this.#register("subscription", call, argument(call, 0), false, name);
    }
    if (this.#isCreateServer(callee)) return this.#registerRoutes(call);
    if (ROUTE_METHODS.test(name) && kind !== "io" && kind !== "socket") return this.#registerRoutes(call);
    if (name === "route" && kind === "web") {
      const handlers = this.#values
        .of(argument(call, 0))
        .flatMap((value) => this.#values.member(value, "handler"));
      return handlers.filter(isPath).flatMap((handler) => this.#register("route", call, handler));
    }
    return [];
  }

  #isCreateServer(callee: NodePath<Node>): boolean {
    return this.#values
      .of(callee)
      .some((value) => value instanceof External && /createServer$/.test(value.name));
  }

  #registerRoutes(call: NodePath<CallExpression>): Callback[] {
    return (call.get("arguments") as NodePath<Node>[]).flatMap((each) => this.#register("route", call, each));
  }

  #register(
    kind: CallbackKind,
    at: NodePath<Node>,
    callback: NodePath<Node> | undefined,
    takesSocket = false,
    event?: string,
  ): Callback[] {
    return this.candidates(callback).map((path) => {
      if (takesSocket) this.#kinds.addSocket(path.node.params[0]);
      return { kind, at, path, event };
    });
  }

  #decorated(program: NodePath<Node>): Callback[] {
    const found: Callback[] = [];
    program.traverse({
      ClassMethod: (method) => {
        const owner = method.parentPath.parentPath;
        const isGateway = owner
          ? decoratorsOf(owner as NodePath<Node>).some((name) => /Gateway|SocketController/.test(name))
          : false;
        const name = nameOf(method.node.key);
        const first = method.node.params[0];
        const add = (kind: CallbackKind, event?: string) =>
          found.push({ kind, path: method as NodePath<FunctionNode>, at: method, event });
        if (isGateway && (name === "handleConnection" || name === "handleDisconnect")) {
          this.#kinds.addSocket(first);
          add(
            name === "handleConnection" ? "connection" : "listener",
            name === "handleDisconnect" ? "disconnect" : undefined,
          );
        }
        for (const decorator of decoratorsOf(method as NodePath<Node>)) {
          const kind = DECORATORS[decorator];
          if (kind) add(kind);
        }
        for (const parameter of method.get("params") as NodePath<Node>[]) {
          if (decoratorsOf(parameter).some((each) => each === "ConnectedSocket" || each === "SocketIO")) {
            this.#kinds.addSocket(parameter.node);
          }
        }
      },
    });
    return found;
  }
}

/** `setInterval`, `setTimeout`, or `schedule` for what repeats by a calendar. */
export function timerName(
  callee: NodePath<Node>,
  values: Values,
): "setInterval" | "setTimeout" | "schedule" | undefined {
  for (const value of values.of(callee)) {
    if (!(value instanceof External)) continue;
    const { source, name } = value;
    const last = name.split(".").at(-1);
    if (source === GLOBAL && (last === "setInterval" || last === "setTimeout")) return last;
    if (/^(node:)?timers(\/promises)?$/.test(source) && last === "setInterval") return last;
    if (source === "node-cron" && last === "schedule") return "schedule";
    if (source === "node-schedule" && last === "scheduleJob") return "schedule";
  }
  return undefined;
}
