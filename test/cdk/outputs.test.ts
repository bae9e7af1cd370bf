import type { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import { describe, expect, it } from "vitest";
import { addConnectionOutputs, SocketIoApi, type SocketIoApiProps } from "../../lib/index.js";
import { emptyStack, FIXTURE_APP, readable } from "./synthesize.js";

describe("addConnectionOutputs", () => {
  it("has the lines for WebSocket alone where there is no front door", () => {
    const outputs = outputsOf(emptyStack(), {});
    expect(Object.keys(outputs).sort()).toEqual(["SocketIoClient", "Url", "WscatCommand"]);
    expect(outputs.SocketIoClient).toMatch(
      /^io\("<.+\.ApiEndpoint>", { path: "\/prod", transports: \["websocket"\] }\)$/,
    );
  });

  it("has the front door's address, a client with no option, and still the lines for plain clients", () => {
    const {
      Address = "",
      SocketIoClient,
      Url = "",
      WscatCommand,
    } = outputsOf(emptyStack(), { frontDoor: true });
    expect(Address).toMatch(/^https:\/\/<.+\.DomainName>$/);
    expect(SocketIoClient).toBe(`io("${Address}")`);
    expect(Url).toMatch(/^wss:\/\/<.+>\.execute-api\.<AWS::Region>\.<AWS::URLSuffix>\/prod$/);
    expect(WscatCommand).toBe(`wscat -c ${Url}`);
  });

  it("names a domain of one's own, and a path that is not the default one", () => {
    const stack = emptyStack();
    const arn = "arn:aws:acm:us-east-1:123456789012:certificate/1";
    const certificate = Certificate.fromCertificateArn(stack, "Certificate", arn);
    const frontDoor = { domainNames: ["chat.example.com"], certificate, path: "/chat" };
    expect(outputsOf(stack, { frontDoor })).toMatchObject({
      Address: "https://chat.example.com",
      SocketIoClient: 'io("https://chat.example.com", { path: "/chat" })',
    });
  });
});

function outputsOf(stack: Stack, props: Partial<SocketIoApiProps>): Record<string, string> {
  addConnectionOutputs(stack, new SocketIoApi(stack, "Chat", { app: FIXTURE_APP, ...props }));
  const outputs = Object.entries(Template.fromStack(stack).findOutputs("*"));
  return Object.fromEntries(outputs.map(([name, { Value }]) => [name, readable(Value)]));
}
