import { describe, expect, it } from "vitest";
import { RouteSelectionExpressionError } from "../../local/gateway/errors.js";
import { routeTable } from "../../local/gateway/routes.js";
import { apiOf, ok } from "./harness.js";

function select(routeSelectionExpression: string, routeKeys: string[], body: string): string | undefined {
  const handlers = Object.fromEntries(routeKeys.map((key) => [key, ok]));
  return routeTable(apiOf({ handlers, api: { routeSelectionExpression } })).select(body)?.routeKey;
}

const TEMPLATE = `\${request.body.a}/\${request.body.b}`;

describe("route selection", () => {
  it.each([
    ["the value of the key", "$request.body.action", '{"action":"say"}', "say"],
    ["a key behind white space", "$request.body.action", ' \n{"action":"say"}', "say"],
    ["case-sensitively", "$request.body.action", '{"action":"Say"}', "$default"],
    ["a nested key", "$request.body.a.b", '{"a":{"b":"say"}}', "say"],
    ["an array's element", "$request.body.a[1]", '{"a":["x","say"]}', "say"],
    ["a quoted key", "$request.body['a b']", '{"a b":"say"}', "say"],
    ["a quoted key below another", "$request.body.c['a b']", '{"c":{"a b":"say"}}', "say"],
    ["a template", TEMPLATE, '{"a":"x","b":"y"}', "x/y"],
    ["a template with a missing part", TEMPLATE, '{"a":"x"}', "x/"],
    ["a number", "$request.body.action", '{"action":7}', "7"],
    ["a boolean", "$request.body.action", '{"action":true}', "true"],
    ["an array", "$request.body.action", '{"action":["a",1]}', "[a, 1]"],
    ["a constant", "say", "anything", "say"],
    ["the constant \\$default", "\\$default", '{"action":"say"}', "$default"],
    ["$default for no JSON", "$request.body.action", '42["say"]', "$default"],
    ["$default for broken JSON", "$request.body.action", '{"action":"say"', "$default"],
    ["$default for an empty body", "$request.body.action", "", "$default"],
    ["$default for a missing key", "$request.body.action", '{"x":1}', "$default"],
    ["$default for an array as the body", "$request.body.action", '["say"]', "$default"],
    ["$default for a scalar as the body", "$request.body.action", '"say"', "$default"],
    ["$default for null", "$request.body.action", '{"action":null}', "$default"],
    ["$default for an inherited key", "$request.body.__proto__", "{}", "$default"],
    ["$default, never $connect", "$request.body.action", '{"action":"$connect"}', "$default"],
    ["$default, never $disconnect", "$request.body.action", '{"action":"$disconnect"}', "$default"],
  ])("takes %s", (_what, expression, body, expected) => {
    const keys = ["$connect", "$disconnect", "$default", "say", "x/y", "x/", "7", "true", "[a, 1]", "{}"];
    expect(select(expression, keys, body)).toBe(expected);
  });

  it("finds nothing without $default", () => {
    expect(select("$request.body.action", ["say"], "{}")).toBeUndefined();
  });

  it.each([
    "$request.header.x",
    "$request.bodyaction",
    "$request.body.a[",
    "$context.routeKey",
    `\${request.querystring.a}`,
  ])("refuses the expression %s", (expression) => {
    expect(() => select(expression, [], "")).toThrow(RouteSelectionExpressionError);
  });
});
