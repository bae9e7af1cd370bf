import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import { rowOf } from "../api-table.js";
import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";
import { numberOf } from "../program/number-of.js";
import { serverOptions } from "../program/server-options.js";
import { isPath } from "../program/value.js";
import { callsOf } from "../program/walk-calls.js";

const MIN_PING_MS = 60_000;
const MAX_PING_MS = 9 * 60_000;
const THIS_MACHINE = /^(https?:\/\/)?(localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(:|\/|$)/;

/** Options of the server that count for nothing here, or for less than the program means. */
export function options(analysis: Analysis): RawFinding[] {
  const { kinds } = analysis;
  const set = serverOptions(analysis).flatMap(({ name, at, value }): RawFinding[] => {
    if (name === "adapter") return [adapter(at)];
    if (name === "pingInterval") return pingInterval(at, value, analysis);
    if (name === "cors") return cors(at, value, analysis);
    const row = rowOf("option", name);
    if (!row || row.here === "works") return [];
    return [
      {
        rule: "api",
        isHint: true,
        at,
        what: `${name}: ${row.how}`,
        instead: "nothing, where that is what you want",
      },
    ];
  });
  const called = callsOf(analysis).filter(
    ({ path, object, name }) =>
      name === "adapter" && object && path.node.arguments.length > 0 && kinds.of(object) === "io",
  );
  return [...set, ...called.map(({ path }) => adapter(path))];
}

function adapter(at: NodePath<Node>): RawFinding {
  return {
    rule: "options",
    at,
    what: `an adapter is ${rowOf("option", "adapter")?.how ?? "ignored"}`,
    instead:
      "delete it, with the client that it needs: a program that waits for Redis while it loads does not start",
  };
}

function pingInterval(at: NodePath<Node>, value: NodePath<Node>, { values }: Analysis): RawFinding[] {
  const ms = numberOf(value, values);
  if (ms === undefined || (ms >= MIN_PING_MS && ms <= MAX_PING_MS)) return [];
  return [
    {
      rule: "options",
      at,
      what: `pingInterval: ${rowOf("option", "pingInterval")?.how ?? "1 to 9 minutes"}`,
      instead: "delete it; who has left is known from disconnect",
    },
  ];
}

/** `cors` with no other origin than this machine's. */
function cors(at: NodePath<Node>, value: NodePath<Node>, { values }: Analysis): RawFinding[] {
  const origins = values.of(value).flatMap((each) => values.member(each, "origin"));
  const texts = origins.flatMap((each): string[] => {
    if (!isPath(each)) return [""];
    const parts = each.isArrayExpression() ? (each.get("elements") as NodePath<Node>[]) : [each];
    return parts.map((part) => (part.isStringLiteral() ? part.node.value : ""));
  });
  if (texts.length === 0 || !texts.every((text) => THIS_MACHINE.test(text))) return [];
  return [
    {
      rule: "cors",
      isHint: true,
      at,
      what: "cors names this machine alone: deployed, pages of other addresses than the server's own get HTTP 403",
      instead: "origin: [process.env.ORIGIN], or add the address of the page",
    },
  ];
}
