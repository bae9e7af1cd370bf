import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { describe, expect, it } from "vitest";
import { SocketIoApi } from "../../lib/index.js";
import { DISCONNECT_TEMPLATE, MESSAGE_TEMPLATE } from "../../lib/queue-template.js";
import { ENV } from "../../runtime/contract.js";
import { emptyStack, FIXTURE_APP, idOf, readable, statementsOf, templateOf } from "./synthesize.js";

const QUEUE_TYPES = ["AWS::SQS::Queue", "AWS::Lambda::EventSourceMapping"];

describe("order: concurrent", () => {
  it.each([undefined, "concurrent" as const])("(%s) has none of it", (order) => {
    const template = templateOf(order ? { order } : {});
    expect(pathsOf(template, QUEUE_TYPES)).toEqual(["Test/Chat/DeliverDeadLetters/Resource"]);
    expect(integrationTypes(template)).toEqual(["AWS_PROXY"]);
    template.resourceCountIs("AWS::CloudWatch::Alarm", 1);
    const { Environment } =
      template.toJSON().Resources[idOf(template, "AWS::Lambda::Function", "Chat/App/")].Properties;
    expect(Environment.Variables).not.toHaveProperty(ENV.order);
  });
});

describe("order: ordered", () => {
  const { template, clockId } = orderedTemplate();
  const { Resources } = template.toJSON();
  const appId = idOf(template, "AWS::Lambda::Function", "Chat/App/");
  const queueId = idOf(template, "AWS::SQS::Queue", "Events/Queue/");
  const deadLettersId = idOf(template, "AWS::SQS::Queue", "Events/DeadLetters/");
  const senderId = idOf(template, "AWS::IAM::Role", "Events/Sender/");

  it("has a FIFO queue whose limit counts for each connection, and which gives up after 3 receives", () => {
    expect(Resources[queueId]).toMatchObject({
      Properties: {
        FifoQueue: true,
        DeduplicationScope: "messageGroup",
        FifoThroughputLimit: "perMessageGroupId",
        VisibilityTimeout: 6 * 25,
        RedrivePolicy: {
          deadLetterTargetArn: { "Fn::GetAtt": [deadLettersId, "Arn"] },
          maxReceiveCount: 3,
        },
      },
      DeletionPolicy: "Delete",
    });
  });

  it("makes the visibility timeout six times the function's", () => {
    const longer = templateOf({ order: "ordered", timeout: Duration.seconds(29) });
    longer.hasResourceProperties("AWS::SQS::Queue", { VisibilityTimeout: 174 });
  });

  it("keeps what it gave up for two weeks in a FIFO queue with an alarm", () => {
    expect(Resources[deadLettersId].Properties).toMatchObject({
      FifoQueue: true,
      MessageRetentionPeriod: 1_209_600,
    });
    template.hasResourceProperties("AWS::CloudWatch::Alarm", {
      MetricName: "ApproximateNumberOfMessagesVisible",
      Dimensions: [{ Name: "QueueName", Value: { "Fn::GetAtt": [deadLettersId, "QueueName"] } }],
      Threshold: 1,
      ComparisonOperator: "GreaterThanOrEqualToThreshold",
    });
  });

  it("takes messages over TLS only", () => {
    for (const id of [queueId, deadLettersId]) {
      template.hasResourceProperties("AWS::SQS::QueuePolicy", {
        Queues: [{ Ref: id }],
        PolicyDocument: Match.objectLike({
          Statement: [
            Match.objectLike({
              Effect: "Deny",
              Action: "sqs:*",
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            }),
          ],
        }),
      });
    }
  });

  it("lets API Gateway send to this queue, and nothing else, for this API alone where it says for which", () => {
    const [{ Condition }] = Resources[senderId].Properties.AssumeRolePolicyDocument.Statement;
    expect(readable(Condition.ArnLikeIfExists["aws:SourceArn"])).toMatch(
      /^arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<ChatApi\w+>\/\*$/,
    );
    expect(Condition.StringEqualsIfExists).toEqual({ "aws:SourceAccount": { Ref: "AWS::AccountId" } });
    expect(Resources[senderId].Properties).toEqual({
      AssumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Action: "sts:AssumeRole",
            Effect: "Allow",
            Principal: { Service: "apigateway.amazonaws.com" },
            Condition,
          },
        ],
      },
    });
    expect(statementsOfRole(template, senderId)).toEqual([["sqs:SendMessage", `<${queueId}.Arn>`]]);
  });

  it("lets the app receive from this queue, beside what it may in any mode", () => {
    const onQueue = statementsOf(template, appId).filter(({ resources }) =>
      resources.includes(`<${queueId}.Arn>`),
    );
    expect(onQueue).toEqual([
      {
        actions: ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        resources: [`<${queueId}.Arn>`],
      },
    ]);
    const onClock = statementsOf(template, appId).filter(({ resources }) =>
      resources.includes(`<${clockId}.Arn>`),
    );
    expect(onClock.map(({ actions }) => actions)).toEqual([["lambda:InvokeFunction"]]);
    expect(statementsOf(template, appId)).toHaveLength(6 + onQueue.length + onClock.length);
  });

  it("hands the app one event at a time, and asks which of them failed", () => {
    template.resourceCountIs("AWS::Lambda::EventSourceMapping", 1);
    template.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      EventSourceArn: { "Fn::GetAtt": [queueId, "Arn"] },
      FunctionName: { Ref: appId },
      BatchSize: 1,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
  });

  it("tells the app, which leaves the end of a connection to the queue", () => {
    expect(Resources[appId].Properties.Environment.Variables).toHaveProperty(ENV.order, "ordered");
  });

  it("leads messages and $disconnect into the queue; not $connect, nor what the app hands on to other functions", () => {
    expect(routesOf(template)).toEqual({
      $connect: `AWS_PROXY ${appId}`,
      $default: "AWS Messages",
      $disconnect: "AWS Disconnects",
      clock: `AWS_PROXY ${appId}`,
      say: "AWS Messages",
      shout: "AWS Messages",
    });
  });

  it.each([
    ["Messages", MESSAGE_TEMPLATE],
    ["Disconnects", DISCONNECT_TEMPLATE],
  ])("sends %s as a form, by the template for every content type", (name, requestTemplate) => {
    const id = idOf(template, "AWS::ApiGatewayV2::Integration", `/${name}`);
    const { IntegrationUri, CredentialsArn, ApiId, ...properties } = Resources[id].Properties;
    expect(readable(IntegrationUri)).toBe(
      `arn:<AWS::Partition>:apigateway:<AWS::Region>:sqs:path/<AWS::AccountId>/<${queueId}.QueueName>`,
    );
    expect(CredentialsArn).toEqual({ "Fn::GetAtt": [senderId, "Arn"] });
    expect(properties).toEqual({
      IntegrationType: "AWS",
      IntegrationMethod: "POST",
      PassthroughBehavior: "NEVER",
      RequestParameters: {
        "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'",
      },
      TemplateSelectionExpression: "\\$default",
      RequestTemplates: { $default: requestTemplate },
    });
  });

  it("has no route responses: a client would get SQS's answer, which is a parse error to Socket.IO", () => {
    template.resourceCountIs("AWS::ApiGatewayV2::RouteResponse", 0);
    template.resourceCountIs("AWS::ApiGatewayV2::IntegrationResponse", 0);
  });
});

function orderedTemplate() {
  const stack = emptyStack();
  const clock = new LambdaFunction(stack, "Clock", {
    runtime: Runtime.NODEJS_24_X,
    handler: "index.handler",
    code: Code.fromInline("exports.handler = async () => ({ statusCode: 200 })"),
  });
  new SocketIoApi(stack, "Chat", {
    app: FIXTURE_APP,
    routes: ["say", "shout", { clock }],
    order: "ordered",
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const template = Template.fromStack(stack);
  return { template, clockId: stack.getLogicalId(clock.node.defaultChild as never) };
}

function pathsOf(template: Template, types: readonly string[]): string[] {
  return types.flatMap((type) =>
    Object.values(template.findResources(type)).map(({ Metadata }) => Metadata["aws:cdk:path"]),
  );
}

function integrationTypes(template: Template): string[] {
  return Object.values(template.findResources("AWS::ApiGatewayV2::Integration")).map(
    ({ Properties }) => Properties.IntegrationType,
  );
}

/** Each route with the type of its integration, and its function or the name of its construct. */
function routesOf(template: Template): Record<string, string> {
  const { Resources } = template.toJSON();
  const routes = Object.values(template.findResources("AWS::ApiGatewayV2::Route"));
  return Object.fromEntries(
    routes.map(({ Properties }) => {
      const [, id = ""] = readable(Properties.Target).match(/^integrations\/<(.+)>$/) ?? [];
      const { Properties: integration, Metadata } = Resources[id];
      const [, functionId] =
        readable(integration.IntegrationUri).match(/functions\/<(.+)\.Arn>\/invocations$/) ?? [];
      const name = functionId ?? Metadata["aws:cdk:path"].split("/").at(-2);
      return [Properties.RouteKey, `${integration.IntegrationType} ${name}`];
    }),
  );
}

function statementsOfRole(template: Template, roleId: string): string[][] {
  return Object.values(template.findResources("AWS::IAM::Policy"))
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === roleId))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .map(({ Action, Resource }) => [Action, readable(Resource)]);
}
