import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";
import { propertyName } from "../program/nodes.js";
import { textOf } from "../program/parse-module.js";
import { External } from "../program/value.js";
import { callAt } from "../program/walk-calls.js";

const BINARY_TYPES = /\b(Buffer|ArrayBuffer|Uint8Array|Blob)\b/;

/** Listeners that take binary: a WebSocket of API Gateway carries none upwards. */
export function binary(analysis: Analysis): RawFinding[] {
  const listeners = analysis.callbacks.all.filter(({ kind }) => kind === "listener");
  return listeners.flatMap(({ at, path, event }) => {
    const parameters = path.get("params") as NodePath<Node>[];
    if (!parameters.some((each) => isBinary(each, path as NodePath<Node>, analysis))) return [];
    return [
      {
        rule: "binary" as const,
        at,
        what: `${event ? JSON.stringify(event) : "this event"} brings binary: API Gateway closes a WebSocket that sends it`,
        instead: "forceBase64: true in the client's options; large files by HTTP",
      },
    ];
  });
}

function isBinary(parameter: NodePath<Node>, listener: NodePath<Node>, analysis: Analysis): boolean {
  const id = parameter.isAssignmentPattern() ? parameter.get("left") : parameter;
  if (!id.isIdentifier()) return false;
  const { typeAnnotation, name } = id.node;
  if (
    typeAnnotation?.type === "TSTypeAnnotation" &&
    typeAnnotation.typeAnnotation.type !== "TSFunctionType" &&
    BINARY_TYPES.test(textOf(id.get("typeAnnotation") as NodePath<Node>))
  )
    return true;
  let found = false;
  listener.traverse({
    CallExpression(path) {
      const { object, name: method, callee } = callAt(path);
      const given = path.get("arguments") as NodePath<Node>[];
      const isGiven = (index: number) => given[index]?.isIdentifier({ name }) === true;
      if (object?.isIdentifier({ name: "Buffer" }) && method === "isBuffer" && isGiven(0)) found = true;
      if (
        object?.isIdentifier({ name }) &&
        method === "toString" &&
        given[0]?.isStringLiteral({ value: "base64" })
      )
        found = true;
      if (
        /^(writeFile|writeFileSync|appendFile|appendFileSync)$/.test(method) &&
        isGiven(1) &&
        isFile(callee, object, analysis)
      )
        found = true;
    },
    BinaryExpression(path) {
      const right = path.get("right");
      if (path.node.operator !== "instanceof" || !right.isIdentifier() || !BINARY_TYPES.test(right.node.name))
        return;
      if (path.get("left").isIdentifier({ name })) found = true;
    },
  });
  return found;
}

function isFile(callee: NodePath<Node>, object: NodePath<Node> | undefined, { values }: Analysis): boolean {
  const name = object ? propertyName(object.node) : undefined;
  return (
    name === "promises" ||
    values.of(callee).some((value) => value instanceof External && /^(node:)?fs/.test(value.source))
  );
}
