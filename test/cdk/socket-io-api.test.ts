import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { describe, expect, it } from "vitest";
import { type RouteEntry, SocketIoApi } from "../../lib/index.js";
import { CONNECTIONS, ENV, ROOMS } from "../../runtime/contract.js";
import { emptyStack, FIXTURE_APP, idOf, readable, statementsOf, templateOf } from "./synthesize.js";

const APP_FUNCTION = { Description: Match.stringLikeRegexp("Socket.IO server") };

describe("the WebSocket API", () => {
  it("selects a route by a plain client's action", () => {
    templateOf().hasResourceProperties("AWS::ApiGatewayV2::Api", {
      ProtocolType: "WEBSOCKET",
      RouteSelectionExpression: "$request.body.action",
    });
  });

  it("has one stage, prod, that deploys itself", () => {
    const template = templateOf();
    template.resourceCountIs("AWS::ApiGatewayV2::Stage", 1);
    template.hasResourceProperties("AWS::ApiGatewayV2::Stage", { StageName: "prod", AutoDeploy: true });
  });

  it("has no route responses, which a Socket.IO client takes for parse errors", () => {
    const template = templateOf({ routes: ["say"] });
    template.resourceCountIs("AWS::ApiGatewayV2::RouteResponse", 0);
    template.allResourcesProperties("AWS::ApiGatewayV2::Route", {
      RouteResponseSelectionExpression: Match.absent(),
    });
  });
});

describe("option routes", () => {
  it("adds nothing to $connect, $disconnect and $default by default", () => {
    expect(routesOf(templateOf()).map(([key]) => key)).toEqual(["$connect", "$default", "$disconnect"]);
  });

  it("leads a name to the app", () => {
    const template = templateOf({ routes: ["say", "방 이름"] });
    const app = `<${idOf(template, "AWS::Lambda::Function", "Chat/App/")}.Arn>`;
    expect(routesOf(template)).toEqual(
      ["$connect", "$default", "$disconnect", "say", "방 이름"].map((key) => [key, app]),
    );
  });

  it("leads { name: fn } to the app, which may hand it on to that function; API Gateway may not", () => {
    const { template, clockId } = templateWithClock((clock) => [{ clock, time: clock }]);
    const app = idOf(template, "AWS::Lambda::Function", "Chat/App/");
    expect(Object.fromEntries(routesOf(template))).toMatchObject({
      clock: `<${app}.Arn>`,
      time: `<${app}.Arn>`,
    });
    expect(handedOn(template)).toBe(`[{"functionArn":"<${clockId}.Arn>","keys":["clock","time"]}]`);
    expect(statementsOf(template, app)).toContainEqual({
      actions: ["lambda:InvokeFunction"],
      resources: [`<${clockId}.Arn>`],
    });
    template.resourceCountIs("AWS::Lambda::Permission", 1);
  });

  it("tells the app in which namespace a client has to be for a function", () => {
    const { template, clockId } = templateWithClock((clock) => [
      { clock: { function: clock, namespace: "/members" } },
      { time: clock },
    ]);
    const arn = `"functionArn":"<${clockId}.Arn>"`;
    expect(handedOn(template)).toBe(
      `[{${arn},"namespace":"/members","keys":["clock"]},{${arn},"keys":["time"]}]`,
    );
  });

  it("leads an open route to its function, which API Gateway may invoke for this stage", () => {
    const { template, clockId } = templateWithClock((clock) => [{ clock: { function: clock, open: true } }]);
    expect(handedOn(template)).toBeUndefined();
    expect(Object.fromEntries(routesOf(template)).clock).toBe(`<${clockId}.Arn>`);
    const apiId = idOf(template, "AWS::ApiGatewayV2::Api", "Chat/");
    const permissions = Object.values(template.findResources("AWS::Lambda::Permission"));
    const forClock = permissions.filter(
      ({ Properties }) => readable(Properties.FunctionName) === `<${clockId}.Arn>`,
    );
    expect(forClock.map(({ Properties }) => [Properties.Principal, readable(Properties.SourceArn)])).toEqual([
      [
        "apigateway.amazonaws.com",
        `arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<${apiId}>/prod/*`,
      ],
    ]);
  });

  // Lambda's policy of a function holds 20 KB: a permission for each route would end at about 60 routes.
  it("needs one integration and one permission for a function, however many routes lead to it", () => {
    const template = templateOf({ routes: Array.from({ length: 297 }, (_, index) => `route-${index}`) });
    template.resourceCountIs("AWS::ApiGatewayV2::Route", 300);
    template.resourceCountIs("AWS::ApiGatewayV2::Integration", 1);
    template.resourceCountIs("AWS::Lambda::Permission", 1);
  });
});

describe("option throttle", () => {
  const limitsOf = (props?: Parameters<typeof templateOf>[0]) => {
    const [stage] = Object.values(templateOf(props).findResources("AWS::ApiGatewayV2::Stage"));
    return stage?.Properties.DefaultRouteSettings;
  };

  it("is half of what a new account takes by default", () => {
    expect(limitsOf()).toEqual({ ThrottlingRateLimit: 5000, ThrottlingBurstLimit: 2500 });
  });

  it("limits the messages of each route", () => {
    const throttle = { rateLimit: 0.5, burstLimit: 10 };
    expect(limitsOf({ throttle })).toEqual({ ThrottlingRateLimit: 0.5, ThrottlingBurstLimit: 10 });
  });
});

describe("option reservedConcurrency", () => {
  const reservedOf = (props?: Parameters<typeof templateOf>[0]) => {
    const template = templateOf(props);
    const { Resources } = template.toJSON();
    return ["App", "Deliver"].map((name) => {
      const { Properties } = Resources[idOf(template, "AWS::Lambda::Function", `Chat/${name}/`)];
      return Properties.ReservedConcurrentExecutions;
    });
  };

  it("reserves nothing by default, for a new account has nothing to reserve", () => {
    expect(reservedOf()).toEqual([undefined, undefined]);
  });

  it("is the app function's as a number, and each function's by its name", () => {
    expect(reservedOf({ reservedConcurrency: 50 })).toEqual([50, undefined]);
    expect(reservedOf({ reservedConcurrency: { deliver: 20 } })).toEqual([undefined, 20]);
  });
});

describe("option forgetHeaders", () => {
  it("tells the app function, and nobody by default", () => {
    const variablesOf = (forgetHeaders?: string[]) => {
      const template = templateOf(forgetHeaders && { forgetHeaders });
      const id = idOf(template, "AWS::Lambda::Function", "Chat/App/");
      return template.toJSON().Resources[id].Properties.Environment.Variables;
    };
    expect(variablesOf()).not.toHaveProperty(ENV.forgottenHeaders);
    expect(variablesOf(["authorization", "Cookie"])[ENV.forgottenHeaders]).toBe("authorization,Cookie");
  });
});

describe("option stageName", () => {
  it("names the stage, and the path in the endpoint that functions post to", () => {
    const template = templateOf({ stageName: "test-1" });
    template.hasResourceProperties("AWS::ApiGatewayV2::Stage", { StageName: "test-1" });
    const { Properties } = template.toJSON().Resources[idOf(template, "AWS::Lambda::Function", "Chat/App/")];
    expect(readable(Properties.Environment.Variables[ENV.endpoint])).toMatch(/^https:\/\/.*\/test-1$/);
  });
});

describe("option removalPolicy", () => {
  const KEPT = ["AWS::DynamoDB::GlobalTable", "AWS::Logs::LogGroup"];

  it.each(KEPT)("retains %s by default", (type) => {
    templateOf().allResources(type, { DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
  });

  it.each(KEPT)("deletes %s with the stack when it is DESTROY", (type) => {
    templateOf({ removalPolicy: RemovalPolicy.DESTROY }).allResources(type, { DeletionPolicy: "Delete" });
  });
});

describe("options of the app function", () => {
  it("is 1024 MB, 25 s and nodejs24.x on arm64 by default, with source maps", () => {
    templateOf().hasResourceProperties("AWS::Lambda::Function", {
      ...APP_FUNCTION,
      MemorySize: 1024,
      Timeout: 25,
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Handler: "index.handler",
      Environment: { Variables: Match.objectLike({ NODE_OPTIONS: "--enable-source-maps" }) },
    });
  });

  it("memorySize, timeout and runtime replace the defaults", () => {
    const props = { memorySize: 2048, timeout: Duration.seconds(29), runtime: Runtime.NODEJS_22_X };
    templateOf(props).hasResourceProperties("AWS::Lambda::Function", {
      ...APP_FUNCTION,
      MemorySize: 2048,
      Timeout: 29,
      Runtime: "nodejs22.x",
    });
  });

  it("an option that is undefined keeps its default", () => {
    const passedOn = { timeout: undefined, stageName: undefined } as unknown as Record<string, never>;
    const template = templateOf(passedOn);
    template.hasResourceProperties("AWS::Lambda::Function", { ...APP_FUNCTION, Timeout: 25 });
    template.hasResourceProperties("AWS::ApiGatewayV2::Stage", { StageName: "prod" });
  });
});

describe("the tables", () => {
  const template = templateOf();

  it.each([
    ["Connections", CONNECTIONS.expiresAt, [[CONNECTIONS.partitionKey, "HASH"]]],
    [
      "Rooms",
      ROOMS.expiresAt,
      [
        [ROOMS.partitionKey, "HASH"],
        [ROOMS.sortKey, "RANGE"],
      ],
    ],
  ] as const)("%s is on-demand, expires items and has the contract's keys", (name, expiresAt, keys) => {
    const id = idOf(template, "AWS::DynamoDB::GlobalTable", `Tables/${name}/`);
    template.hasResourceProperties("AWS::DynamoDB::GlobalTable", {
      ...template.toJSON().Resources[id].Properties,
      BillingMode: "PAY_PER_REQUEST",
      TimeToLiveSpecification: { AttributeName: expiresAt, Enabled: true },
      KeySchema: keys.map(([AttributeName, KeyType]) => ({ AttributeName, KeyType })),
      StreamSpecification: Match.absent(),
    });
  });

  it("are named in the app's environment", () => {
    template.hasResourceProperties("AWS::Lambda::Function", {
      ...APP_FUNCTION,
      Environment: {
        Variables: Match.objectLike({
          [ENV.connectionsTable]: {
            Ref: idOf(template, "AWS::DynamoDB::GlobalTable", "Tables/Connections/"),
          },
          [ENV.roomsTable]: { Ref: idOf(template, "AWS::DynamoDB::GlobalTable", "Tables/Rooms/") },
        }),
      },
    });
  });
});

describe("timers", () => {
  it("tell the app how long an event waits for them", () => {
    templateOf({ timers: { awaitUpTo: Duration.millis(1_500) } }).hasResourceProperties(
      "AWS::Lambda::Function",
      { Environment: { Variables: Match.objectLike({ [ENV.awaitTimers]: "1500" }) } },
    );
  });
});

describe("limits", () => {
  it("stand in the app's environment where some are given", () => {
    templateOf({ limits: { rooms: 2_000 } }).hasResourceProperties("AWS::Lambda::Function", {
      ...APP_FUNCTION,
      Environment: { Variables: Match.objectLike({ [ENV.limits]: '{"rooms":2000}' }) },
    });
  });
});

/** Route keys with the ARN of the function that each leads to, by key. */
function routesOf(template: Template): [key: string, functionArn: string][] {
  const { Resources } = template.toJSON();
  return Object.values(template.findResources("AWS::ApiGatewayV2::Route"))
    .map(({ Properties }): [string, string] => {
      const [, integrationId = ""] = readable(Properties.Target).match(/^integrations\/<(.+)>$/) ?? [];
      const uri = readable(Resources[integrationId].Properties.IntegrationUri);
      return [Properties.RouteKey, uri.match(/functions\/(.+)\/invocations$/)?.[1] ?? ""];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The variable that says which messages the app hands on, and where. */
function handedOn(template: Template): string | undefined {
  const { Properties } = template.toJSON().Resources[idOf(template, "AWS::Lambda::Function", "Chat/App/")];
  const variable = Properties.Environment.Variables[ENV.routes];
  return variable === undefined ? undefined : readable(variable);
}

function templateWithClock(routes: (clock: LambdaFunction) => readonly RouteEntry[]) {
  const stack = emptyStack();
  const clock = new LambdaFunction(stack, "Clock", {
    runtime: Runtime.NODEJS_24_X,
    handler: "index.handler",
    code: Code.fromInline("exports.handler = async () => ({ statusCode: 200 })"),
  });
  new SocketIoApi(stack, "Chat", { app: FIXTURE_APP, routes: ["say", ...routes(clock)] });
  const template = Template.fromStack(stack);
  return { template, clockId: stack.getLogicalId(clock.node.defaultChild as never) };
}
