import { describe, expect, it } from "vitest";
import { TemplateError } from "../../local/errors.js";
import { readTemplate } from "../../local/template/template.js";

interface Declared {
  Type: string;
  Properties: Record<string, unknown>;
}

const TEMPLATE = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)";

/** A route into a FIFO queue that a function consumes, and a function with an on-failure destination. */
function resources(): Record<string, Declared> {
  const fn = { Code: { S3Bucket: "b", S3Key: "code.zip" }, Runtime: "nodejs24.x", Timeout: 20 };
  return {
    Api: { Type: "AWS::ApiGatewayV2::Api", Properties: { ProtocolType: "WEBSOCKET" } },
    Stage: { Type: "AWS::ApiGatewayV2::Stage", Properties: { ApiId: { Ref: "Api" }, StageName: "prod" } },
    Integration: {
      Type: "AWS::ApiGatewayV2::Integration",
      Properties: {
        ApiId: { Ref: "Api" },
        IntegrationType: "AWS",
        IntegrationMethod: "POST",
        CredentialsArn: { "Fn::GetAtt": ["Role", "Arn"] },
        IntegrationUri: {
          "Fn::Sub": `arn:aws:apigateway:\${AWS::Region}:sqs:path/\${AWS::AccountId}/\${Events.QueueName}`,
        },
        RequestParameters: {
          "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'",
        },
        TemplateSelectionExpression: "\\$default",
        RequestTemplates: { $default: TEMPLATE },
        PassthroughBehavior: "NEVER",
      },
    },
    Route: {
      Type: "AWS::ApiGatewayV2::Route",
      Properties: {
        ApiId: { Ref: "Api" },
        RouteKey: "$default",
        Target: { "Fn::Join": ["/", ["integrations", { Ref: "Integration" }]] },
      },
    },
    Role: { Type: "AWS::IAM::Role", Properties: {} },
    Events: {
      Type: "AWS::SQS::Queue",
      Properties: {
        FifoQueue: true,
        DeduplicationScope: "messageGroup",
        FifoThroughputLimit: "perMessageGroupId",
        VisibilityTimeout: 120,
        RedrivePolicy: { deadLetterTargetArn: { "Fn::GetAtt": ["Dead", "Arn"] }, maxReceiveCount: 3 },
      },
    },
    Dead: { Type: "AWS::SQS::Queue", Properties: { FifoQueue: true } },
    Lost: { Type: "AWS::SQS::Queue", Properties: { QueueName: "lost" } },
    Fn: { Type: "AWS::Lambda::Function", Properties: fn },
    Mapping: {
      Type: "AWS::Lambda::EventSourceMapping",
      Properties: {
        EventSourceArn: { "Fn::GetAtt": ["Events", "Arn"] },
        FunctionName: { Ref: "Fn" },
        BatchSize: 5,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        ScalingConfig: { MaximumConcurrency: 7 },
      },
    },
    Config: {
      Type: "AWS::Lambda::EventInvokeConfig",
      Properties: {
        FunctionName: { Ref: "Fn" },
        DestinationConfig: { OnFailure: { Destination: { "Fn::GetAtt": ["Lost", "Arn"] } } },
      },
    },
  };
}

/** Reads the template with some properties of its resources changed; `undefined` takes one away. */
function read(changes: Record<string, Record<string, unknown>> = {}) {
  const Resources = resources();
  for (const [name, properties] of Object.entries(changes)) {
    for (const [key, value] of Object.entries(properties)) {
      const resource = Resources[name];
      if (value === undefined) delete resource?.Properties[key];
      else if (resource) resource.Properties[key] = value;
    }
  }
  return readTemplate({ Resources }, "Chat", new Map([["code.zip", "folder"]]));
}

const ARN = "arn:aws:sqs:us-east-1:000000000000";

describe("readTemplate", () => {
  it("finds the queue behind a route, and how a message gets into it", () => {
    const {
      apis: [api],
      warnings,
    } = read();
    expect(warnings).toEqual([]);
    expect(api.routes.get("$default")).toEqual({
      routeKey: "$default",
      integration: {
        uri: "arn:aws:apigateway:us-east-1:sqs:path/000000000000/Chat-Events.fifo",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        templateSelectionExpression: "\\$default",
        requestTemplates: { $default: TEMPLATE },
        passthroughBehavior: "NEVER",
      },
    });
  });

  it("reads queues with SQS's defaults, and their dead letters", () => {
    const { queues } = read();
    expect([...queues.keys()]).toEqual([`${ARN}:Chat-Events.fifo`, `${ARN}:Chat-Dead.fifo`, `${ARN}:lost`]);
    expect(queues.get(`${ARN}:Chat-Events.fifo`)).toEqual({
      arn: `${ARN}:Chat-Events.fifo`,
      queueName: "Chat-Events.fifo",
      isFifo: true,
      deduplicatesByContent: false,
      deduplicationScope: "messageGroup",
      visibilityTimeoutMs: 120_000,
      maximumMessageBytes: 1024 * 1024,
      redrive: { deadLetterArn: `${ARN}:Chat-Dead.fifo`, maxReceiveCount: 3 },
    });
    expect(queues.get(`${ARN}:lost`)).toMatchObject({
      isFifo: false,
      visibilityTimeoutMs: 30_000,
      redrive: undefined,
    });
  });

  it("finds the function that consumes a queue", () => {
    expect(read().eventSources).toEqual([
      {
        functionName: "Chat-Fn",
        queueArn: `${ARN}:Chat-Events.fifo`,
        batchSize: 5,
        reportsItemFailures: true,
        maximumConcurrency: 7,
      },
    ]);
    const { eventSources } = read({
      Mapping: { BatchSize: undefined, FunctionResponseTypes: undefined, ScalingConfig: undefined },
    });
    expect(eventSources).toMatchObject([
      { batchSize: 10, reportsItemFailures: false, maximumConcurrency: undefined },
    ]);
  });

  it("leaves out an event source mapping that is not enabled", () => {
    expect(read({ Mapping: { Enabled: false } }).eventSources).toEqual([]);
  });

  it("finds the queue that gets the failed events of a function", () => {
    expect(read().failureDestinations).toEqual(new Map([["Chat-Fn", `${ARN}:lost`]]));
  });

  it.each([
    [
      "an integration with another service",
      { Integration: { IntegrationUri: "arn:aws:apigateway:us-east-1:dynamodb:action/PutItem" } },
      "Route $default does not run locally: its integration is no function or queue of this stack.",
    ],
    [
      "an integration without a role",
      { Integration: { CredentialsArn: undefined } },
      "Route $default does not run locally: its integration has no role (CredentialsArn), so SQS would refuse every message.",
    ],
    [
      "a queue behind $connect",
      { Route: { RouteKey: "$connect" } },
      "Route $connect does not run locally: only a function answers a handshake here.",
    ],
    [
      "an event source that is no queue",
      { Mapping: { EventSourceArn: "arn:aws:dynamodb:us-east-1:0:table/T/stream/1" } },
      "Mapping does not run locally: only event source mappings of a queue and a function of this stack do.",
    ],
    [
      "a filter",
      { Mapping: { FilterCriteria: { Filters: [{ Pattern: "{}" }] } } },
      "Mapping: its FilterCriteria is not imitated locally.",
    ],
    [
      "a destination that is no standard queue",
      { Config: { DestinationConfig: { OnFailure: { Destination: { "Fn::GetAtt": ["Dead", "Arn"] } } } } },
      "Config: its on-failure destination does not run locally: only standard queues of this stack do.",
    ],
    [
      "a dead-letter queue of another stack",
      { Events: { RedrivePolicy: { deadLetterTargetArn: "arn:aws:sqs:us-east-1:0:X", maxReceiveCount: 3 } } },
      "Events: its dead-letter queue is not in this template, so no message gets there locally.",
    ],
    ["a delay", { Events: { DelaySeconds: 5 } }, "Events: its messages are not delayed locally."],
  ])("warns of %s", (_what, changes: Record<string, Record<string, unknown>>, warning) => {
    expect(read(changes).warnings).toEqual([warning]);
  });

  it.each([
    ["a batch of 11 from a FIFO queue", { Mapping: { BatchSize: 11 } }, "Use at most 10"],
    ["a visibility timeout under the function's", { Events: { VisibilityTimeout: 19 } }, "six times as long"],
    [
      "a standard queue for the dead letters of a FIFO queue",
      { Dead: { FifoQueue: undefined } },
      "Make both queues FIFO",
    ],
  ])("refuses, as AWS does, %s", (_what, changes: Record<string, Record<string, unknown>>, sentence) => {
    expect(() => read(changes)).toThrow(TemplateError);
    expect(() => read(changes)).toThrow(sentence);
  });
});
