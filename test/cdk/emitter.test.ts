import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { describe, expect, it } from "vitest";
import { SocketIoApi, SocketIoApiError, type SocketIoApiProps } from "../../lib/index.js";
import { ENV } from "../../runtime/contract.js";
import { emptyStack, FIXTURE_APP, idOf, readable, statementsOf } from "./synthesize.js";

const functionIn = (stack: Stack, id: string) =>
  new LambdaFunction(stack, id, {
    runtime: Runtime.NODEJS_24_X,
    handler: "index.handler",
    code: Code.fromInline("exports.handler = async () => {}"),
  });

describe("grantEmit", () => {
  it.each<[what: string, props: Partial<SocketIoApiProps>]>([
    ["without a front door", {}],
    ["with a front door", { frontDoor: true }],
    ["in ordered mode", { order: "ordered" }],
  ])("lets a function invoke the app function, and do nothing else (%s)", (_, props) => {
    const stack = emptyStack();
    const api = new SocketIoApi(stack, "Chat", { app: FIXTURE_APP, ...props });
    api.grantEmit(functionIn(stack, "Clock"));
    const template = Template.fromStack(stack);
    const appId = idOf(template, "AWS::Lambda::Function", "Chat/App/");
    const id = idOf(template, "AWS::Lambda::Function", "Test/Clock/");
    expect(statementsOf(template, id)).toEqual([
      { actions: ["lambda:InvokeFunction"], resources: [`<${appId}.Arn>`] },
    ]);
    const { Variables } = template.toJSON().Resources[id].Properties.Environment;
    expect(Object.keys(Variables).sort()).toEqual([ENV.appFunction, ENV.awsDomain]);
    expect(readable(Variables[ENV.appFunction])).toBe(`<${appId}.Arn>`);
    expect(readable(Variables[ENV.awsDomain])).toBe("<AWS::Region>.<AWS::URLSuffix>");
  });

  it("names the alias whose environments are provisioned", () => {
    const stack = emptyStack();
    const api = new SocketIoApi(stack, "Chat", { app: FIXTURE_APP, provisionedConcurrency: 1 });
    api.grantEmit(functionIn(stack, "Clock"));
    const template = Template.fromStack(stack);
    const [alias = ""] = Object.keys(template.findResources("AWS::Lambda::Alias"));
    const id = idOf(template, "AWS::Lambda::Function", "Test/Clock/");
    expect(statementsOf(template, id)[0]?.resources).toEqual([`<${alias}>`]);
  });

  it("gives a container's role the same permission, and its variables by emitterEnvironment", () => {
    const stack = emptyStack();
    const api = new SocketIoApi(stack, "Chat", { app: FIXTURE_APP });
    api.grantEmit(new Role(stack, "Task", { assumedBy: new ServicePrincipal("ecs-tasks.amazonaws.com") }));
    const template = Template.fromStack(stack);
    const roleId = idOf(template, "AWS::IAM::Role", "Test/Task/");
    const appId = idOf(template, "AWS::Lambda::Function", "Chat/App/");
    template.hasResourceProperties("AWS::IAM::Policy", {
      Roles: [{ Ref: roleId }],
      PolicyDocument: {
        Statement: [
          {
            Action: "lambda:InvokeFunction",
            Effect: "Allow",
            Resource: { "Fn::GetAtt": [appId, "Arn"] },
          },
        ],
      },
    });
    expect(Object.keys(api.emitterEnvironment).sort()).toEqual([ENV.appFunction, ENV.awsDomain]);
  });

  it("closes no circle with a function behind an open route, nor with one of another stack", () => {
    const stack = emptyStack();
    const clock = functionIn(stack, "Clock");
    const api = new SocketIoApi(stack, "Chat", {
      app: FIXTURE_APP,
      routes: [{ clock: { function: clock, open: true } }],
    });
    api.grantManageConnections(clock);
    api.grantEmit(clock);
    api.grantEmit(clock);
    const other = new Stack(stack.node.root, "Other");
    api.grantEmit(functionIn(other, "Elsewhere"));
    expect(() => [Template.fromStack(stack), Template.fromStack(other)]).not.toThrow();
  });

  it("refuses a function that the app function names, for CloudFormation would", () => {
    const stack = emptyStack();
    const clock = functionIn(stack, "Clock");
    const api = new SocketIoApi(stack, "Chat", { app: FIXTURE_APP, routes: [{ clock }] });
    expect(() => api.grantEmit(clock)).toThrow(/Open its route/);
  });

  it("refuses a function that emits to another API already, for its variables name one", () => {
    const stack = emptyStack();
    const clock = functionIn(stack, "Clock");
    new SocketIoApi(stack, "Chat", { app: FIXTURE_APP }).grantEmit(clock);
    const second = new SocketIoApi(stack, "Game", { app: FIXTURE_APP });
    expect(() => second.grantEmit(clock)).toThrow(SocketIoApiError);
    expect(() => second.grantEmit(clock)).toThrow(/Test\/Clock emits to Test\/Chat already/);
  });
});
