import { readdirSync, readFileSync } from "node:fs";
import type { Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { Vpc } from "aws-cdk-lib/aws-ec2";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { describe, expect, it } from "vitest";
import { BundledFunction, SocketIoApi, type SocketIoApiProps } from "../../lib/index.js";
import { ENV } from "../../runtime/contract.js";
import { commandsReachedFrom } from "./commands-reached.js";
import { emptyStack, FIXTURE_APP, fixture, idOf, readable, statementsOf, templateOf } from "./synthesize.js";

/**
 * The files of the runtime that make commands, by the table to which they are sent (`runtime/backend.ts`).
 */
const STORE = new URL("../../runtime/store/", import.meta.url);
const CONNECTIONS_FILES = [
  "batch-get.ts",
  "dynamo-claims.ts",
  "dynamo-connections.ts",
  "read-item.ts",
  "update-expression.ts",
];

/** All other things are kept in the table of rooms, which is read item by item as well. */
const ROOMS_FILES = readdirSync(STORE).filter(
  (file) => file.endsWith(".ts") && (file === "read-item.ts" || !CONNECTIONS_FILES.includes(file)),
);

describe("the app function", () => {
  const template = templateOf({ routes: ["say"] });
  const appId = idOf(template, "AWS::Lambda::Function", "Chat/App/");
  const statements = statementsOf(template, appId);
  const actionsOn = (resource: string) =>
    statements.filter(({ resources }) => resources.includes(resource)).flatMap(({ actions }) => actions);

  it("may send exactly the commands of runtime/store to the table of connections", () => {
    const id = idOf(template, "AWS::DynamoDB::GlobalTable", "Tables/Connections/");
    expect(actionsOn(`<${id}.Arn>`)).toEqual(commandsIn(CONNECTIONS_FILES));
  });

  it("may send exactly the commands of runtime/store to the table of rooms", () => {
    const id = idOf(template, "AWS::DynamoDB::GlobalTable", "Tables/Rooms/");
    expect(actionsOn(`<${id}.Arn>`)).toEqual(commandsIn(ROOMS_FILES));
  });

  it("may post to, look at and close the connections of this stage", () => {
    const apiId = idOf(template, "AWS::ApiGatewayV2::Api", "Chat/");
    expect(statements).toContainEqual({
      actions: ["execute-api:ManageConnections"],
      resources: connectionArns(apiId, "prod"),
    });
  });

  it("may invoke itself", () => {
    expect(actionsOn(`<${appId}.Arn>`)).toEqual(["lambda:InvokeFunction"]);
  });

  it("may write to its own log group", () => {
    const id = idOf(template, "AWS::Logs::LogGroup", "Chat/AppLogs/");
    expect(actionsOn(`<${id}.Arn>`)).toEqual(["logs:CreateLogStream", "logs:PutLogEvents"]);
  });

  it("may hand chunks of broadcasts to the deliver function", () => {
    const deliverId = idOf(template, "AWS::Lambda::Function", "Chat/Deliver/");
    expect(actionsOn(`<${deliverId}.Arn>`)).toEqual(["lambda:InvokeFunction"]);
  });

  it("may do nothing else", () => {
    expect(statements).toHaveLength(6);
    const { Properties } = template.toJSON().Resources[idOf(template, "AWS::IAM::Role", "Chat/AppRole/")];
    expect(Properties).not.toHaveProperty("ManagedPolicyArns");
    expect(Properties).not.toHaveProperty("Policies");
  });
});

describe("the deliver function", () => {
  const template = templateOf();
  const id = idOf(template, "AWS::Lambda::Function", "Chat/Deliver/");
  const actions = statementsOf(template, id).map((statement) => statement.actions.join());

  it("may post, read members, invoke the app and itself, and write dead letters and logs", () => {
    expect(actions.sort()).toEqual([
      "dynamodb:Query",
      "execute-api:ManageConnections",
      "lambda:InvokeFunction",
      "lambda:InvokeFunction",
      "logs:CreateLogStream,logs:PutLogEvents",
      "sqs:SendMessage",
    ]);
  });

  it("may send exactly the commands that it makes to the table of rooms, and none to that of connections", () => {
    const rooms = idOf(template, "AWS::DynamoDB::GlobalTable", "Tables/Rooms/");
    const onTables = statementsOf(template, id).filter(({ actions: [first = ""] }) =>
      first.startsWith("dynamodb:"),
    );
    expect(onTables).toEqual([
      { actions: commandsReachedFrom("lambdas/deliver.ts"), resources: [`<${rooms}.Arn>`] },
    ]);
  });

  it("may neither look at connections nor close them", () => {
    const apiId = idOf(template, "AWS::ApiGatewayV2::Api", "Chat/");
    expect(statementsOf(template, id)).toContainEqual({
      actions: ["execute-api:ManageConnections"],
      resources: connectionArns(apiId, "prod", ["POST"]),
    });
  });

  it("keeps its memory small, which posts fill with garbage", () => {
    template.hasResourceProperties("AWS::Lambda::Function", {
      Description: Match.stringLikeRegexp("chunks of large broadcasts"),
      Environment: {
        Variables: Match.objectLike({ NODE_OPTIONS: Match.stringLikeRegexp("--max-semi-space-size=2 ") }),
      },
    });
  });

  it("leaves failed chunks in a queue that has an alarm", () => {
    template.hasResourceProperties("AWS::Lambda::EventInvokeConfig", {
      FunctionName: { Ref: id },
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
    });
    template.hasResourceProperties("AWS::CloudWatch::Alarm", {
      MetricName: "ApproximateNumberOfMessagesVisible",
      Threshold: 1,
    });
  });
});

describe("every policy", () => {
  it.each<[what: string, props: Partial<SocketIoApiProps>]>([
    ["concurrent", {}],
    ["ordered", { order: "ordered" }],
    ["front door", { frontDoor: true }],
  ])(
    "(%s) names its actions and resources: no wildcard but the connections of a stage and the versions of a function",
    (_, props) => {
      const template = templateOf(props);
      const statements = Object.values(template.findResources("AWS::IAM::Policy")).flatMap(
        ({ Properties }) => Properties.PolicyDocument.Statement,
      );
      const actions = statements.flatMap(({ Action }) => Action);
      const resources = statements.flatMap(({ Resource }) => Resource).map(readable);
      expect(actions.filter((action) => action.includes("*"))).toEqual([]);
      const named = resources.map((arn) => arn.replace(/\/@connections\/\*$|(?<=\.Arn>):\*$/, ""));
      expect(named.filter((arn) => arn.includes("*"))).toEqual([]);
    },
  );
});

describe("grantManageConnections", () => {
  it("gives a function of the user's own the permission to post and the endpoint, and nothing else", () => {
    const { stack, api, fn } = stackWithFunction();
    api.grantManageConnections(fn);
    const template = Template.fromStack(stack);
    const apiId = idOf(template, "AWS::ApiGatewayV2::Api", "Chat/");
    const id = idOf(template, "AWS::Lambda::Function", "Test/Clock/");
    expect(statementsOf(template, id)).toEqual([
      { actions: ["execute-api:ManageConnections"], resources: connectionArns(apiId, "prod", ["POST"]) },
    ]);
    const { Variables } = template.toJSON().Resources[id].Properties.Environment;
    expect(Object.keys(Variables)).toEqual([ENV.endpoint]);
    expect(readable(Variables[ENV.endpoint])).toBe(
      `https://<${apiId}>.execute-api.<AWS::Region>.<AWS::URLSuffix>/prod`,
    );
  });
});

describe("grantManageConnections with methods", () => {
  it("lets the function look at connections and close them, where they are named", () => {
    const { stack, api, fn } = stackWithFunction();
    api.grantManageConnections(fn, "GET", "DELETE", "GET");
    const template = Template.fromStack(stack);
    const apiId = idOf(template, "AWS::ApiGatewayV2::Api", "Chat/");
    const id = idOf(template, "AWS::Lambda::Function", "Test/Clock/");
    expect(statementsOf(template, id)).toEqual([
      {
        actions: ["execute-api:ManageConnections"],
        resources: connectionArns(apiId, "prod", ["DELETE", "GET"]),
      },
    ]);
  });
});

describe("the host of Lambda's API", () => {
  it.each(["App", "Deliver"])(
    "comes from the partition's URL suffix, as that of @connections (%s)",
    (name) => {
      const template = templateOf();
      const id = idOf(template, "AWS::Lambda::Function", `Chat/${name}/`);
      const { Variables } = template.toJSON().Resources[id].Properties.Environment;
      expect(readable(Variables[ENV.awsDomain])).toBe("<AWS::Region>.<AWS::URLSuffix>");
      expect(readable(Variables[ENV.endpoint])).toContain(".execute-api.<AWS::Region>.<AWS::URLSuffix>/");
    },
  );
});

describe("tables.grantReadWrite", () => {
  it("gives a function of the user's own the permissions and the tables' names", () => {
    const { stack, api, fn } = stackWithFunction();
    api.tables.grantReadWrite(fn);
    const template = Template.fromStack(stack);
    const id = idOf(template, "AWS::Lambda::Function", "Test/Clock/");
    expect(statementsOf(template, id).flatMap(({ actions }) => actions)).toHaveLength(11);
    const { Variables } = template.toJSON().Resources[id].Properties.Environment;
    expect(Object.keys(Variables).sort()).toEqual([ENV.connectionsTable, ENV.roomsTable].sort());
  });
});

describe("BundledFunction", () => {
  it("may enter a VPC only if it is given one", () => {
    const stack = emptyStack();
    new BundledFunction(stack, "Outside", { entry: fixture("fails.ts") });
    const vpc = Vpc.fromVpcAttributes(stack, "Vpc", {
      vpcId: "vpc-12345678",
      availabilityZones: ["eu-west-1a"],
      privateSubnetIds: ["subnet-12345678"],
    });
    new BundledFunction(stack, "Inside", { entry: fixture("fails.ts"), vpc });
    const template = Template.fromStack(stack);
    const managed = (role: string) =>
      template.toJSON().Resources[idOf(template, "AWS::IAM::Role", `Test/${role}/`)].Properties
        .ManagedPolicyArns;
    expect(managed("OutsideRole")).toBeUndefined();
    expect(readable(managed("InsideRole")[0])).toMatch(/AWSLambdaVPCAccessExecutionRole$/);
  });
});

describe("the template", () => {
  it.each(["concurrent", "ordered"] as const)(
    "(%s) has no dependency cycle, though functions, API and grants refer to each other",
    (order) => {
      const { stack, api, fn } = stackWithFunction({ order });
      api.grantManageConnections(fn);
      expect(() => Template.fromStack(stack)).not.toThrow();
    },
  );

  // Why AppFunction has the grant to invoke itself in a policy of its own; it also proves
  // that the check above can fail.
  it("would have one with the app's own ARN in its default policy", () => {
    const { stack, api } = stackWithFunction();
    const { functionArn } = api.appFunction;
    api.appFunction.addToRolePolicy(
      new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [functionArn] }),
    );
    expect(() => Template.fromStack(stack)).toThrow(/dependency cycle/);
  });
});

/** The actions for the SDK's commands that files of `runtime/store/` make. */
function commandsIn(files: readonly string[]): string[] {
  const text = files.map((file) => readFileSync(new URL(file, STORE), "utf8")).join("\n");
  const commands = [...text.matchAll(/\.call\(\s*"(\w+)"/g)].map(([, name]) => `dynamodb:${name}`);
  return [...new Set(commands)].sort();
}

function connectionArns(apiId: string, stage: string, methods = ["DELETE", "GET", "POST"]): string[] {
  const api = `arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<${apiId}>`;
  return methods.map((method) => `${api}/${stage}/${method}/@connections/*`);
}

function stackWithFunction(props: Partial<SocketIoApiProps> = {}): {
  stack: Stack;
  api: SocketIoApi;
  fn: LambdaFunction;
} {
  const stack = emptyStack();
  const fn = new LambdaFunction(stack, "Clock", {
    runtime: Runtime.NODEJS_24_X,
    handler: "index.handler",
    code: Code.fromInline("exports.handler = async () => ({ statusCode: 200 })"),
  });
  const api = new SocketIoApi(stack, "Chat", { app: FIXTURE_APP, routes: ["say", { clock: fn }], ...props });
  return { stack, api, fn };
}
