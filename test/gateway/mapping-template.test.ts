import { describe, expect, it } from "vitest";
import { MappingTemplateError } from "../../local/gateway/errors.js";
import type { RequestContext } from "../../local/gateway/events.js";
import { renderTemplate } from "../../local/gateway/mapping-template.js";

const CONTEXT: RequestContext = {
  routeKey: "$default",
  messageId: "PJqCFfHyKRcCHlw=",
  eventType: "MESSAGE",
  extendedRequestId: "PJqCFE93DoEFZaQ=",
  requestTime: "29/Nov/2023:08:04:03 +0000",
  messageDirection: "IN",
  stage: "prod",
  connectedAt: 1701245041467,
  requestTimeEpoch: 1701245043111,
  identity: { sourceIp: "203.0.113.7" },
  requestId: "PJqCFE93DoEFZaQ=",
  domainName: "ab12cd34ef.execute-api.eu-west-1.amazonaws.com",
  connectionId: "PJqB3dSkDoECH9w=",
  apiId: "ab12cd34ef",
};

const render = (template: string, body = "", stageVariables = {}) =>
  renderTemplate(template, { body, context: CONTEXT, stageVariables });

describe("a mapping template", () => {
  it.each([
    ["$context.connectionId", "", "PJqB3dSkDoECH9w="],
    ["$context.connectedAt,$context.identity.sourceIp,$context.stage", "", "1701245041467,203.0.113.7,prod"],
    ["$!{context.routeKey}!", "", "$default!"],
    ["[$context.authorizer.role][$context.nothing][$nothing]", "", "[][][]"],
    ["$input.body", "a&<b> $context.stage #if", "a&<b> $context.stage #if"],
    ["$input.json('$')", '{ "a": [1, 2] }', '{"a":[1,2]}'],
    ["$input.json('$.a[1]'),$input.path('$.b')", '{"a":[1,{"c":3}],"b":"x"}', '{"c":3},x'],
    ["$util.urlEncode($input.body)", "a b/c=~*-_.!'()é👋", "a+b%2Fc%3D%7E*-_.%21%27%28%29%C3%A9%F0%9F%91%8B"],
    ["$util.urlDecode($input.body)", "a+b%2Fc", "a b/c"],
    ["$util.base64Encode($input.body)", "방 42", "67CpIDQy"],
    ["$util.base64Decode($input.body)", "67CpIDQy", "방 42"],
    ["$util.escapeJavaScript($input.body)", `it's "a"`, `it\\'s \\"a\\"`],
    ["$util.parseJson($input.body).a", '{"a":7}', "7"],
    ["#set($kind = $input.body.substring(0, 2))$kind", "42[]", "42"],
    [`#if($input.body.startsWith("43") || $input.body == "3")yes#{else}no#end`, "430[]", "yes"],
    [`#if($input.body.startsWith("43") || $input.body == "3")yes#{else}no#end`, "3", "yes"],
    [`#if($input.body.startsWith("43") || $input.body == "3")yes#{else}no#end`, "42[]", "no"],
    [`#if($input.body.length() > 2 && $input.body.contains("x"))yes#{else}no#end`, "axb", "yes"],
    [`#if($input.body.matches("4\\d.*"))yes#{else}no#end`, "42[]", "yes"],
  ])("%s of %j gives %j", (template, body, expected) => {
    expect(render(template, body)).toBe(expected);
  });

  it("sees the stage's variables, and neither code nor reason of a $disconnect", () => {
    expect(render("$stageVariables.color|$stageVariables.other", "", { color: "blue" })).toBe("blue|");
    const context = { ...CONTEXT, disconnectStatusCode: 1001, disconnectReason: "Going away" };
    const template = "[$context.disconnectStatusCode$context.disconnectReason]";
    expect(renderTemplate(template, { body: "", context, stageVariables: {} })).toBe("[]");
  });

  it.each([
    ["wrong syntax", "#if($input.body", ""],
    ["a string's method that only JavaScript has", "$input.body.padStart(3)", "a"],
    ["a method that does not exist", "$util.urlencode($input.body)", "a"],
    ["a body that is no JSON", "$input.json('$')", "42[]"],
    ["a JSONPath with a filter", "$input.path('$..a')", "{}"],
  ])("with %s cannot be rendered", (_what, template, body) => {
    expect(() => render(template, body)).toThrow(MappingTemplateError);
  });
});
