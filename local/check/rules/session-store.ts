import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";
import { argument, nameOf } from "../program/nodes.js";
import { External, isPath } from "../program/value.js";
import { callsOf } from "../program/walk-calls.js";

/** express-session keeps sessions in its process where it gets no store. */
export function sessionStore(analysis: Analysis): RawFinding[] {
  const { values } = analysis;
  return callsOf(analysis).flatMap(({ path }): RawFinding[] => {
    const isSession = values
      .of(path)
      .some(
        (value) =>
          value instanceof External && value.source === "express-session" && value.name === "default()",
      );
    if (!isSession) return [];
    const options = values
      .of(argument(path, 0))
      .filter(isPath)
      .filter((each) => each.isObjectExpression());
    const hasStore = options.some(
      (each) =>
        each.node.type === "ObjectExpression" &&
        each.node.properties.some(
          (property) =>
            property.type === "SpreadElement" || ("key" in property && nameOf(property.key) === "store"),
        ),
    );
    if (hasStore || (argument(path, 0) && options.length === 0)) return [];
    return [
      {
        rule: "session-store",
        at: path,
        what: "express-session without a store keeps sessions in one environment: the next request does not find them",
        instead:
          "store: new DynamoDBStore(…) of connect-dynamodb, or another store that all environments share",
      },
    ];
  });
}
