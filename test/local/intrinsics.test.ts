import { describe, expect, it } from "vitest";
import { TemplateError } from "../../local/errors.js";
import { evaluate, type Scope } from "../../local/template/intrinsics.js";

const scope: Scope = {
  parameters: { "AWS::Region": "eu-west-1", Name: "chat" },
  mappings: { Sizes: { small: { memory: 128 } } },
  conditions: {
    IsChat: { "Fn::Equals": [{ Ref: "Name" }, "chat"] },
    Never: { "Fn::Not": [{ Condition: "IsChat" }] },
  },
  ref: (logicalId) => (logicalId === "Table" ? "table-1" : undefined),
  importValue: (name) => (name === "Stack:Out" ? "value-1" : undefined),
  attribute: (logicalId, name) => (logicalId === "Table" && name === "Arn" ? "arn:table-1" : undefined),
};

describe("evaluate", () => {
  it.each<[unknown, unknown]>([
    [{ Ref: "Table" }, "table-1"],
    [{ Ref: "AWS::Region" }, "eu-west-1"],
    [{ "Fn::GetAtt": ["Table", "Arn"] }, "arn:table-1"],
    [{ "Fn::GetAtt": "Table.Arn" }, "arn:table-1"],
    [{ "Fn::ImportValue": { "Fn::Join": [":", ["Stack", "Out"]] } }, "value-1"],
    [{ "Fn::Join": ["/", ["a", { Ref: "Table" }]] }, "a/table-1"],
    [
      { "Fn::Sub": "$" + "{Table.Arn} in $" + "{AWS::Region} costs $" + "{!Money}" },
      "arn:table-1 in eu-west-1 costs $" + "{Money}",
    ],
    [{ "Fn::Sub": ["$" + "{Who} and $" + "{Table}", { Who: { Ref: "Name" } }] }, "chat and table-1"],
    [{ "Fn::Select": ["1", { "Fn::Split": [":", "a:b:c"] }] }, "b"],
    [{ "Fn::FindInMap": ["Sizes", "small", "memory"] }, 128],
    [{ "Fn::If": ["IsChat", "yes", "no"] }, "yes"],
    [{ "Fn::If": ["Never", "yes", { Ref: "Name" }] }, "chat"],
    [{ "Fn::Base64": "hi" }, "aGk="],
    [
      ["plain", 1, true, null],
      ["plain", 1, true, null],
    ],
  ])("evaluates %j", (value, expected) => {
    expect(evaluate(value, scope)).toEqual(expected);
  });

  it("leaves out what is AWS::NoValue, in objects and in lists", () => {
    const nothing = { "Fn::If": ["Never", "x", { Ref: "AWS::NoValue" }] };
    expect(evaluate({ kept: 1, gone: nothing, list: [1, nothing] }, scope)).toEqual({ kept: 1, list: [1] });
  });

  it.each([
    [{ Ref: "Nobody" }, "refers to Nobody"],
    [{ "Fn::GetAtt": ["Table", "StreamArn"] }, "attribute StreamArn of Table"],
    [{ "Fn::ImportValue": "x" }, "No stack of the CDK app exports x"],
    [{ "Fn::Cidr": ["10.0.0.0/16", 1, 8] }, "does not know Fn::Cidr"],
    [{ "Fn::If": ["Unknown", 1, 2] }, "no condition Unknown"],
  ])("refuses %j rather than guess", (value, message) => {
    expect(() => evaluate(value, scope)).toThrow(TemplateError);
    expect(() => evaluate(value, scope)).toThrow(message);
  });
});
