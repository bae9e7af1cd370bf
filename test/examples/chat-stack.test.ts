import { Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { ChatStack, type ChatStackProps } from "../../examples/chat/stack.js";
import { FRONT_DOOR } from "../../runtime/contract.js";
import { appWithoutBundling, FIXTURE_APP, idOf, readable } from "../cdk/synthesize.js";

describe("ChatStack", () => {
  it("has outputs to paste: the address, a line for a client with no option, and lines for plain clients", () => {
    const template = chatTemplate({ stageName: "test" });
    const api = idOf(template, "AWS::ApiGatewayV2::Api", "Chat/Chat/Api/");
    const address = `https://<${idOf(template, "AWS::CloudFront::Distribution", "Chat/Chat/")}.DomainName>`;
    const host = `wss://<${api}>.execute-api.<AWS::Region>.<AWS::URLSuffix>`;
    expect(outputsOf(template)).toEqual({
      Address: address,
      Url: `${host}/test`,
      WscatCommand: `wscat -c ${host}/test`,
      SocketIoClient: `io("${address}")`,
    });
  });

  it("has a route for each of the chat's events, and the clock's", () => {
    const routes = Object.values(chatTemplate().findResources("AWS::ApiGatewayV2::Route"));
    const keys = routes.map(({ Properties }) => Properties.RouteKey);
    const own = keys.filter((key) => !key.startsWith("$") && !key.endsWith(FRONT_DOOR.pollPath));
    expect(own.sort()).toEqual([
      "clock",
      "create-room",
      "delete-room",
      "join-room",
      "leave-room",
      "list-rooms",
      "say",
      "say-others",
      "set-name",
    ]);
  });

  it.each(["concurrent", "ordered"] as const)("(%s) leaves nothing behind when it is destroyed", (order) => {
    const { Resources } = chatTemplate({ order }).toJSON() as {
      Resources: Record<string, { DeletionPolicy?: string }>;
    };
    expect(Object.values(Resources).map(({ DeletionPolicy }) => DeletionPolicy)).not.toContain("Retain");
  });
});

function chatTemplate(props: Partial<ChatStackProps> = {}): Template {
  return Template.fromStack(new ChatStack(appWithoutBundling(), "Chat", { app: FIXTURE_APP, ...props }));
}

function outputsOf(template: Template): Record<string, string> {
  const outputs = Object.entries(template.findOutputs("*"));
  return Object.fromEntries(outputs.map(([name, { Value }]) => [name, readable(Value)]));
}
