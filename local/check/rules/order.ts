import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";
import { isEmit } from "../program/emits.js";

/** Two emits, one right after the other, of which no one waits for the first. */
export function order(analysis: Analysis): RawFinding[] {
  const found: RawFinding[] = [];
  for (const { path } of analysis.sources.modules) {
    path.traverse({
      ExpressionStatement(statement) {
        const before = statement.getPrevSibling();
        if (!before.isExpressionStatement() || !analysis.eventTime.has(statement)) return;
        const [first, second] = [before.get("expression"), statement.get("expression")] as NodePath<Node>[];
        if (!first || !second || !isEmit(first, analysis) || !isEmit(second, analysis)) return;
        found.push({
          rule: "order",
          isHint: true,
          at: statement,
          what: "this emit follows another at once: a client may have them in the other order",
          instead: "one event with both, or wait for the first: await socket.timeout(ms).emitWithAck(…)",
        });
      },
    });
  }
  return found;
}
