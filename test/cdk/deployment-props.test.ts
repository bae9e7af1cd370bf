/**
 * The props for what surrounds the app function: variables, network, layers, processor, concurrency, logs.
 */
import { SecretValue } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { type IVpc, Port, SecurityGroup, SubnetType } from "aws-cdk-lib/aws-ec2";
import { Architecture, Code, LayerVersion } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { describe, expect, it } from "vitest";
import { SocketIoApi, type SocketIoApiProps } from "../../lib/index.js";
import { ENV } from "../../runtime/contract.js";
import {
  emptyStack,
  FIXTURE_APP,
  fixture,
  idOf,
  readable,
  statementsOf,
  templateOf,
  vpcIn,
} from "./synthesize.js";

const app = (template: Template) => propertiesOf(template, "Chat/App/");
const deliver = (template: Template) => propertiesOf(template, "Chat/Deliver/");

function propertiesOf(template: Template, path: string) {
  return template.toJSON().Resources[idOf(template, "AWS::Lambda::Function", path)].Properties;
}

describe("environment", () => {
  it("adds variables to the app function alone, with tokens and what the construct lets users set", () => {
    const stack = emptyStack();
    const bucket = new Bucket(stack, "Pictures");
    const environment = { PICTURES: bucket.bucketName, [ENV.maxWaitingEvents]: "30" };
    new SocketIoApi(stack, "Chat", { app: FIXTURE_APP, environment });
    const template = Template.fromStack(stack);
    const { Variables } = app(template).Environment;
    expect(readable(Variables.PICTURES)).toMatch(/^<Pictures/);
    expect(Variables).toMatchObject({ [ENV.maxWaitingEvents]: "30", NODE_OPTIONS: "--enable-source-maps" });
    expect(deliver(template).Environment.Variables).not.toHaveProperty("PICTURES");
  });

  it("joins NODE_OPTIONS with the construct's own", () => {
    const environment = { NODE_OPTIONS: "--max-http-header-size=32768" };
    expect(app(templateOf({ environment })).Environment.Variables.NODE_OPTIONS).toBe(
      "--enable-source-maps --max-http-header-size=32768",
    );
  });

  it("takes a secret only where the caller says that it may stand in the template, as CDK does", () => {
    const secret = SecretValue.secretsManager("token");
    expect(() => templateOf({ environment: { TOKEN: secret.toString() } })).toThrow(/secret/i);
    expect(
      app(templateOf({ environment: { TOKEN: secret.unsafeUnwrap() } })).Environment.Variables.TOKEN,
    ).toMatch(/^{{resolve:secretsmanager:token/);
  });
});

describe("vpc", () => {
  function inVpc(props: (vpc: IVpc) => Partial<SocketIoApiProps> = () => ({})) {
    const stack = emptyStack();
    const vpc = vpcIn(stack);
    const api = new SocketIoApi(stack, "Chat", { app: FIXTURE_APP, vpc, ...props(vpc) });
    return { api, stack, vpc, template: () => Template.fromStack(stack) };
  }

  it("has the app function in its private subnets, and not the deliver function", () => {
    const { stack, vpc, template } = inVpc();
    const expected = vpc.privateSubnets.map(({ subnetId }) => readable(stack.resolve(subnetId)));
    const { VpcConfig } = app(template());
    expect(VpcConfig.SubnetIds.map(readable)).toEqual(expected);
    expect(VpcConfig.SecurityGroupIds).toHaveLength(1);
    expect(deliver(template())).not.toHaveProperty("VpcConfig");
  });

  it("lets the app's role attach to it, and deliver's not", () => {
    const template = inVpc().template();
    const policies = Object.values(template.findResources("AWS::IAM::Role")).map(({ Properties }) =>
      JSON.stringify(Properties.ManagedPolicyArns ?? []),
    );
    expect(policies.filter((arns) => arns.includes("AWSLambdaVPCAccessExecutionRole"))).toHaveLength(1);
  });

  it("takes subnets and security groups, and lets a database admit the function", () => {
    const { api, vpc, template } = inVpc((own) => ({
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS, onePerAz: true },
      securityGroups: [new SecurityGroup(own, "App", { vpc: own })],
    }));
    const database = new SecurityGroup(vpc, "Database", { vpc });
    database.connections.allowFrom(api.appFunction, Port.POSTGRES);
    const groups = app(template()).VpcConfig.SecurityGroupIds.map(readable);
    expect(groups).toEqual([expect.stringMatching(/^<VpcApp/)]);
    template().hasResourceProperties("AWS::EC2::SecurityGroupIngress", { FromPort: 5432 });
  });
});

describe("provisionedConcurrency", () => {
  it("has no version and no alias where it is not given", () => {
    const template = templateOf({ order: "ordered" });
    template.resourceCountIs("AWS::Lambda::Version", 0);
    template.resourceCountIs("AWS::Lambda::Alias", 0);
  });

  describe.each(["concurrent", "ordered"] as const)("(%s)", (order) => {
    const template = templateOf({ order, reservedConcurrency: 5, provisionedConcurrency: 5 });
    const functionId = idOf(template, "AWS::Lambda::Function", "Chat/App/");
    const aliasId = idOf(template, "AWS::Lambda::Alias", "Chat/App/");
    const resources = Object.entries(template.toJSON().Resources as Record<string, { Type: string }>);
    const text = (type: string) =>
      resources.filter(([, { Type }]) => Type === type).map((entry) => JSON.stringify(entry));

    it("provisions environments for an alias of the newest version", () => {
      template.hasResourceProperties("AWS::Lambda::Alias", {
        FunctionName: { Ref: functionId },
        FunctionVersion: { "Fn::GetAtt": [idOf(template, "AWS::Lambda::Version", "Chat/App/"), "Version"] },
        Name: "live",
        ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 5 },
      });
    });

    it.each([
      "AWS::ApiGatewayV2::Integration",
      "AWS::Lambda::Permission",
      "AWS::Scheduler::Schedule",
      "AWS::Lambda::EventSourceMapping",
    ])("%s leads to the alias, and none to the function", (type) => {
      const found = text(type).filter((resource) => !resource.includes(":sqs:path"));
      expect(found).toHaveLength(
        type === "AWS::Lambda::EventSourceMapping" && order === "concurrent" ? 0 : 1,
      );
      for (const resource of found) {
        expect(resource).toContain(aliasId);
        expect(resource).not.toContain(`"${functionId}"`);
      }
    });

    it("lets both functions invoke the alias, which the app knows by its name", () => {
      const ofApp = statementsOf(template, functionId);
      const ofDeliver = statementsOf(template, idOf(template, "AWS::Lambda::Function", "Chat/Deliver/"));
      for (const statements of [ofApp, ofDeliver]) {
        const invocable = statements
          .filter(({ actions }) => actions.includes("lambda:InvokeFunction"))
          .flatMap(({ resources: arns }) => arns);
        expect(invocable).toContain(`<${aliasId}>`);
        expect(invocable).not.toContain(`<${functionId}.Arn>`);
      }
      expect(app(template).Environment.Variables[ENV.alias]).toBe(":live");
    });
  });

  it("publishes another version when a variable changes, and none otherwise", () => {
    const versionOf = (color: string) =>
      idOf(
        templateOf({ provisionedConcurrency: 1, environment: { COLOR: color } }),
        "AWS::Lambda::Version",
        "Chat/App/",
      );
    expect(versionOf("green")).toBe(versionOf("green"));
    expect(versionOf("green")).not.toBe(versionOf("blue"));
  });
});

describe("layers, architecture and logRetention", () => {
  it("layers are the app function's alone", () => {
    const stack = emptyStack();
    const code = Code.fromAsset(fixture(""));
    const layer = new LayerVersion(stack, "Layer", { code, compatibleArchitectures: [Architecture.ARM_64] });
    new SocketIoApi(stack, "Chat", { app: FIXTURE_APP, layers: [layer] });
    const template = Template.fromStack(stack);
    expect(app(template).Layers.map(readable)).toEqual([expect.stringMatching(/^<Layer/)]);
    expect(deliver(template)).not.toHaveProperty("Layers");
  });

  it("architecture is that of both functions", () => {
    const template = templateOf({ architecture: Architecture.X86_64 });
    expect([app(template), deliver(template)].map(({ Architectures }) => Architectures)).toEqual([
      ["x86_64"],
      ["x86_64"],
    ]);
  });

  it("logRetention is that of both log groups", () => {
    const template = templateOf({ logRetention: RetentionDays.ONE_WEEK });
    template.allResourcesProperties("AWS::Logs::LogGroup", { RetentionInDays: 7 });
    template.resourceCountIs("AWS::Logs::LogGroup", 2);
  });
});
