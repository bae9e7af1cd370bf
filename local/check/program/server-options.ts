import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { Analysis } from "./analysis.js";
import { nameOf } from "./nodes.js";
import { External, isPath } from "./value.js";
import { callsOf, newsOf } from "./walk-calls.js";

/** An option of a Socket.IO server, as the program writes it. */
export interface ServerOption {
  readonly name: string;
  readonly at: NodePath<Node>;
  readonly value: NodePath<Node>;
}

/** The options that the program gives to its servers, to Nest's gateways, too. */
export function serverOptions(analysis: Analysis): ServerOption[] {
  const made: NodePath<Node>[] = [...newsOf(analysis), ...callsOf(analysis).map(({ path }) => path)];
  const servers = made.filter((path) => {
    const values = analysis.values.of(path);
    return values.some(
      (value) =>
        value instanceof External &&
        value.source === "socket.io" &&
        /^(new (Server|default)|default\(\)|listen\(\)|Server\(\)|new default\.Server)$/.test(value.name),
    );
  });
  const given = servers.flatMap((path) => path.get("arguments") as NodePath<Node>[]);
  return [...given, ...gatewayOptions(analysis)].flatMap((each) => optionsIn(each, analysis));
}

function gatewayOptions({ sources }: Analysis): NodePath<Node>[] {
  const found: NodePath<Node>[] = [];
  for (const { path } of sources.modules) {
    path.traverse({
      Decorator(decorator) {
        const call = decorator.get("expression");
        if (!call.isCallExpression() || !call.get("callee").isIdentifier({ name: "WebSocketGateway" }))
          return;
        found.push(...(call.get("arguments") as NodePath<Node>[]));
      },
    });
  }
  return found;
}

function optionsIn(path: NodePath<Node>, { values }: Analysis): ServerOption[] {
  return values.of(path).flatMap((value) => {
    if (!isPath(value) || !value.isObjectExpression()) return [];
    return value.get("properties").flatMap((property): ServerOption[] => {
      if (!property.isObjectProperty()) return [];
      return [
        {
          name: nameOf(property.node.key) ?? "",
          at: property,
          value: property.get("value") as NodePath<Node>,
        },
      ];
    });
  });
}
