import { describe, expect, it } from "vitest";
import { readTemplate } from "../../local/template/template.js";

const PROXY_URI = {
  "Fn::Join": [
    "",
    [
      "arn:",
      { Ref: "AWS::Partition" },
      ":apigateway:",
      { Ref: "AWS::Region" },
      ":lambda:path/2015-03-31/functions/",
      { "Fn::GetAtt": ["Fn", "Arn"] },
      "/invocations",
    ],
  ],
};
const ASSETS = new Map([["code.zip", "folder/of/the/code"]]);

function resources() {
  return {
    Api: {
      Type: "AWS::ApiGatewayV2::Api",
      Properties: { ProtocolType: "WEBSOCKET", RouteSelectionExpression: "$request.body.kind" },
    },
    Stage: {
      Type: "AWS::ApiGatewayV2::Stage",
      Properties: { ApiId: { Ref: "Api" }, StageName: "test", StageVariables: { color: "blue" } },
    },
    Integration: {
      Type: "AWS::ApiGatewayV2::Integration",
      Properties: {
        ApiId: { Ref: "Api" },
        IntegrationType: "AWS_PROXY",
        IntegrationUri: PROXY_URI,
        TimeoutInMillis: 5000,
      },
    },
    Route: {
      Type: "AWS::ApiGatewayV2::Route",
      Properties: {
        ApiId: { Ref: "Api" },
        RouteKey: "say",
        Target: { "Fn::Join": ["/", ["integrations", { Ref: "Integration" }]] },
        RouteResponseSelectionExpression: "$default",
      },
    },
    Fn: {
      Type: "AWS::Lambda::Function",
      Properties: {
        Code: { S3Bucket: "b", S3Key: "code.zip" },
        Handler: "index.handler",
        Runtime: "nodejs24.x",
        Timeout: 7,
        Environment: { Variables: { TABLE: { Ref: "Table" }, API: { Ref: "Api" } } },
      },
    },
    Table: {
      Type: "AWS::DynamoDB::GlobalTable",
      Properties: {
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        BillingMode: "PAY_PER_REQUEST",
      },
    },
    Role: { Type: "AWS::IAM::Role", Properties: {} },
  } as Record<string, { Type: string; Properties: Record<string, unknown> }>;
}

function read(more: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) {
  return readTemplate({ Resources: { ...resources(), ...more }, ...rest }, "Chat", ASSETS);
}

describe("readTemplate", () => {
  it("knows the throttle of the stage and of single routes, and reserved concurrency", () => {
    const settings = { ThrottlingRateLimit: 0.5, ThrottlingBurstLimit: 2 };
    const { Stage, Fn } = resources();
    const {
      apis: [api],
      functions,
    } = read({
      Stage: {
        ...Stage,
        Properties: {
          ...Stage?.Properties,
          DefaultRouteSettings: settings,
          RouteSettings: { say: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 }, hear: {} },
        },
      },
      Fn: { ...Fn, Properties: { ...Fn?.Properties, ReservedConcurrentExecutions: 7 } },
    });
    expect(api.throttle).toEqual({ rateLimit: 0.5, burstLimit: 2 });
    expect([...(api.routeThrottles ?? [])]).toEqual([["say", { rateLimit: 1, burstLimit: 1 }]]);
    expect([...functions.values()].map(({ reservedConcurrency }) => reservedConcurrency)).toEqual([7]);
    expect(read().apis[0]).not.toHaveProperty("throttle");
  });

  it.each([
    [
      "variables of more than 4 KB",
      { Environment: { Variables: { NAME: "x".repeat(4_093) } } },
      /4097 bytes, and Lambda takes 4096/,
    ],
    ["a timeout of more than 15 minutes", { Timeout: 901 }, /a timeout of 901 s, and Lambda takes 1 to 900/],
  ])("refuses a function with %s, as Lambda does", (_what, properties, message) => {
    const { Fn } = resources();
    const changed = { Fn: { ...Fn, Properties: { ...Fn?.Properties, ...properties } } };
    expect(() => read(changed)).toThrow(message);
  });

  it("takes a function with variables of 4 KB", () => {
    const { Fn } = resources();
    const Environment = { Variables: { NAME: "x".repeat(4_092) } };
    expect(() => read({ Fn: { ...Fn, Properties: { ...Fn?.Properties, Environment } } })).not.toThrow();
  });

  it("finds the API, its stage and the function behind a route", () => {
    const {
      apis: [api],
    } = read();
    expect(api).toMatchObject({
      stage: "test",
      routeSelectionExpression: "$request.body.kind",
      stageVariables: { color: "blue" },
    });
    expect(api.apiId).toMatch(/^[a-z0-9]{10}$/);
    expect(api.routes.get("say")).toEqual({
      routeKey: "say",
      functionName: "Chat-Fn",
      displayName: "Fn",
      integrationTimeoutMs: 5000,
      returnsResponse: false,
    });
  });

  it("lets a route answer only where the template has both halves of a route response", () => {
    const response = {
      Type: "AWS::ApiGatewayV2::RouteResponse",
      Properties: { ApiId: { Ref: "Api" }, RouteId: { Ref: "Route" }, RouteResponseKey: "$default" },
    };
    expect(read().apis[0].routes.get("say")).toMatchObject({ returnsResponse: false });
    expect(read({ Response: response }).apis[0].routes.get("say")).toMatchObject({ returnsResponse: true });
  });

  it("reads a function with its references resolved and Lambda's defaults", () => {
    const {
      functions,
      apis: [api],
    } = read();
    expect(functions.get("Chat-Fn")).toEqual({
      functionName: "Chat-Fn",
      displayName: "Fn",
      handler: "index.handler",
      codeFolder: "folder/of/the/code",
      environment: { TABLE: "Chat-Table", API: api.apiId },
      timeoutSeconds: 7,
      memoryMb: 128,
    });
  });

  it("reads keys and indexes of both kinds of table, and nothing else of them", () => {
    const indexed = {
      Type: "AWS::DynamoDB::Table",
      Properties: {
        TableName: "named",
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        GlobalSecondaryIndexes: [
          {
            IndexName: "byId",
            KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
            Projection: { ProjectionType: "ALL" },
            OnDemandThroughput: { MaxReadRequestUnits: 1 },
          },
        ],
      },
    };
    const { tables } = read({ Indexed: indexed });
    expect([...tables.keys()]).toEqual(["Chat-Table", "named"]);
    expect(tables.get("Chat-Table")).not.toHaveProperty("BillingMode");
    expect(tables.get("named")?.GlobalSecondaryIndexes).toEqual([
      {
        IndexName: "byId",
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        Projection: { ProjectionType: "ALL" },
      },
    ]);
  });

  it("takes the number of asynchronous repetitions from the template", () => {
    const config = {
      Type: "AWS::Lambda::EventInvokeConfig",
      Properties: { FunctionName: { Ref: "Fn" }, MaximumRetryAttempts: 0, Qualifier: "$LATEST" },
    };
    expect(read({ Config: config }).asyncRetries).toEqual(new Map([["Chat-Fn", 0]]));
  });

  it("warns in one sentence of what it does not run, and of nothing else", () => {
    expect(read().warnings).toEqual([]);
    const { warnings } = read({ Topic: { Type: "AWS::SNS::Topic" } });
    expect(warnings).toEqual(["Topic does not run locally: AWS::SNS::Topic is unknown here."]);
  });

  it("warns of a route that leads to no function of the stack", () => {
    const { Integration, ...others } = resources();
    const mock = { ...Integration, Properties: { ApiId: { Ref: "Api" }, IntegrationType: "MOCK" } };
    const {
      apis: [api],
      warnings,
    } = readTemplate({ Resources: { ...others, Integration: mock } }, "Chat", ASSETS);
    expect(api.routes.size).toBe(0);
    expect(warnings).toEqual([
      "Route say does not run locally: its integration is no function or queue of this stack.",
    ]);
  });

  it("leaves out resources whose condition is false", () => {
    const gone = { Type: "AWS::S3::Bucket", Condition: "Never" };
    expect(read({ Gone: gone }, { Conditions: { Never: { "Fn::Equals": ["a", "b"] } } }).warnings).toEqual(
      [],
    );
  });

  it("gives the outputs as AWS would", () => {
    const {
      outputs,
      apis: [api],
    } = read({}, { Outputs: { Id: { Value: { "Fn::Sub": "id=$" + "{Api}" } } } });
    expect(outputs).toEqual({ Id: `id=${api.apiId}` });
  });
});
