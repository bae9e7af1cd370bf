import { Match, Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { SocketIoApi, type SocketIoApiProps } from "../../lib/index.js";
import { viewerRequestCode } from "../../lib/viewer-request-code.js";
import { ENV, FRONT_DOOR } from "../../runtime/contract.js";
import {
  apiOf,
  configOf,
  DISTRIBUTION,
  FUNCTION,
  frontDoor,
  functionOf,
  KEY,
  originsOf,
  PAGE,
  waysOf,
} from "./front-doors.js";
import { emptyStack, FIXTURE_APP, idOf, readable } from "./synthesize.js";

describe("a stack without a front door", () => {
  it("has nothing of it", () => {
    for (const given of [undefined, false] as const) {
      const stack = emptyStack();
      const props = given === undefined ? {} : { frontDoor: given };
      expect(new SocketIoApi(stack, "Chat", { app: FIXTURE_APP, ...props }).frontDoor).toBeUndefined();
      const template = Template.fromStack(stack);
      template.resourceCountIs(DISTRIBUTION, 0);
      template.resourceCountIs(FUNCTION, 2);
      expect(functionOf(template, "Chat/App/").Environment.Variables).not.toHaveProperty(ENV.frontDoorKey);
    }
  });
});

describe("the distribution", () => {
  it("gives the clients' path to the WebSocket API and the rest to the HTTP API", () => {
    expect(waysOf(frontDoor())).toEqual([
      ["/socket.io*", "websocket"],
      ["", "http"],
    ]);
    expect(waysOf(frontDoor({ path: "/chat/io" }))[0]).toEqual(["/chat/io*", "websocket"]);
  });

  it("leads to the stage of the WebSocket API, and to the HTTP API's root", () => {
    const template = frontDoor(true, { stageName: "test" });
    const { websocket, http } = originsOf(template);
    const host = (path: string) => `<${apiOf(template, path)}>.execute-api.<AWS::Region>.<AWS::URLSuffix>`;
    expect(readable(websocket?.DomainName)).toBe(host("Chat/Api/"));
    expect(websocket?.OriginPath).toBe("/test");
    expect(readable(http?.DomainName)).toBe(host("Chat/FrontDoor/Http/"));
    expect(http).not.toHaveProperty("OriginPath");
  });

  it("proves to both that a request came through it, by a key that no template shows", () => {
    const { websocket, http } = originsOf(frontDoor());
    const headers = [{ HeaderName: FRONT_DOOR.keyHeader, HeaderValue: KEY }];
    expect(websocket?.OriginCustomHeaders).toEqual(headers);
    expect(http?.OriginCustomHeaders).toEqual(headers);
  });

  it("waits longer than API Gateway does, and speaks TLS 1.2 to it", () => {
    for (const origin of Object.values(originsOf(frontDoor()))) {
      expect(origin.CustomOriginConfig).toEqual({
        OriginProtocolPolicy: "https-only",
        OriginReadTimeout: 35,
        OriginSSLProtocols: ["TLSv1.2"],
      });
    }
  });

  it("caches nothing of the APIs, takes every method, and forwards all but the Host", () => {
    const { CacheBehaviors, DefaultCacheBehavior } = configOf(frontDoor());
    for (const behavior of [...CacheBehaviors, DefaultCacheBehavior]) {
      expect(behavior).toMatchObject({
        AllowedMethods: expect.arrayContaining(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]),
        // The managed policies CachingDisabled and AllViewerExceptHostHeader.
        CachePolicyId: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        OriginRequestPolicyId: "b689b0a8-53d0-40ab-baf2-68738e2966ac",
        Compress: false,
      });
    }
    expect(CacheBehaviors[0].ViewerProtocolPolicy).toBe("https-only");
    expect(DefaultCacheBehavior.ViewerProtocolPolicy).toBe("redirect-to-https");
  });

  it("runs the function of the construct's path before each request that an API gets", () => {
    const template = frontDoor({ path: "/chat", page: PAGE });
    const id = idOf(template, "AWS::CloudFront::Function", "Chat/FrontDoor/");
    template.hasResourceProperties("AWS::CloudFront::Function", {
      AutoPublish: true,
      FunctionCode: viewerRequestCode("/chat"),
      FunctionConfig: Match.objectLike({ Runtime: "cloudfront-js-2.0" }),
    });
    const associations = [
      { EventType: "viewer-request", FunctionARN: { "Fn::GetAtt": [id, "FunctionARN"] } },
    ];
    const { CacheBehaviors, DefaultCacheBehavior } = configOf(template);
    expect(CacheBehaviors).toHaveLength(2);
    for (const behavior of CacheBehaviors) expect(behavior.FunctionAssociations).toEqual(associations);
    expect(DefaultCacheBehavior).not.toHaveProperty("FunctionAssociations");
  });

  it("replaces no error of the app by a page", () => {
    expect(configOf(frontDoor({ page: PAGE }))).not.toHaveProperty("CustomErrorResponses");
  });
});

describe("the HTTP API", () => {
  const template = frontDoor(true, { throttle: { rateLimit: 7, burstLimit: 8 } });
  const { Resources } = template.toJSON();
  const httpId = apiOf(template, "Chat/FrontDoor/Http/");
  const routes = Object.values(template.findResources("AWS::ApiGatewayV2::Route"))
    .filter(({ Properties }) => Properties.ApiId.Ref === httpId)
    .map(({ Properties }) => {
      const [, id = ""] = readable(Properties.Target).match(/^integrations\/<(.+)>$/) ?? [];
      return [Properties.RouteKey, Resources[id].Properties];
    });

  it("leads the GETs that wait to the poll function, and everything else to the app", () => {
    const uris = Object.fromEntries(
      routes.map(([key, integration]) => [key, readable(integration.IntegrationUri)]),
    );
    expect(uris).toEqual({
      $default: `<${idOf(template, FUNCTION, "Chat/App/")}.Arn>`,
      [`GET ${FRONT_DOOR.pollPath}`]: `<${idOf(template, FUNCTION, "Chat/FrontDoor/Poll/")}.Arn>`,
    });
  });

  it("hands over events of format 2.0, and waits as long as it can", () => {
    for (const [, integration] of routes) {
      expect(integration).toMatchObject({ PayloadFormatVersion: "2.0", TimeoutInMillis: 29_000 });
    }
  });

  it("answers no preflight itself, which is for the app's `cors`", () => {
    expect(Resources[httpId].Properties).not.toHaveProperty("CorsConfiguration");
  });

  it("has the throttle of the WebSocket API, and deploys itself", () => {
    template.hasResourceProperties("AWS::ApiGatewayV2::Stage", {
      ApiId: { Ref: httpId },
      StageName: "$default",
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 7, ThrottlingBurstLimit: 8 },
    });
  });
});

describe("the whole", () => {
  it.each<[string, Partial<SocketIoApiProps>]>([
    ["concurrent", {}],
    ["ordered", { order: "ordered" }],
    ["provisioned", { provisionedConcurrency: 2 }],
  ])("has no dependency cycle (%s)", (_, props) => {
    expect(() => frontDoor({ page: PAGE }, props)).not.toThrow();
  });

  it("may stand several times in a stack", () => {
    const stack = emptyStack();
    for (const id of ["Chat", "Game"]) {
      new SocketIoApi(stack, id, { app: FIXTURE_APP, frontDoor: { page: PAGE } });
    }
    const template = Template.fromStack(stack);
    template.resourceCountIs(DISTRIBUTION, 2);
    const names = Object.values(template.findResources("AWS::CloudFront::Function")).map(({ Properties }) =>
      readable(Properties.Name),
    );
    expect(new Set(names).size).toBe(2);
    expect(names.filter((name) => name.startsWith("<AWS::Region>"))).toEqual(names);
  });
});
