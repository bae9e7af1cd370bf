/** Two stages of the example in one account and region: the second stands beside the first. */
import { Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { ChatStack, stackIdOf } from "../../examples/chat/stack.js";
import { appWithoutBundling, FIXTURE_APP } from "../cdk/synthesize.js";

const app = appWithoutBundling();
const [prod, test] = [stackOf(), stackOf("test")];
const [ofProd, ofTest] = [templateOf(prod), templateOf(test)];

function stackOf(stageName?: string): ChatStack {
  return new ChatStack(app, stackIdOf(stageName), {
    app: FIXTURE_APP,
    env: { account: "123456789012", region: "eu-west-1" },
    order: "ordered",
    ...(stageName !== undefined && { stageName }),
  });
}

interface Sections {
  readonly Resources: Readonly<Record<string, { Type: string; Properties?: Record<string, unknown> }>>;
  readonly Outputs: Readonly<Record<string, { Export?: { Name: unknown } }>>;
}

function templateOf(stack: ChatStack): Sections {
  return Template.fromStack(stack).toJSON() as Sections;
}

/** Names within something that has a name of its own: an API, a namespace of metrics, a role. */
const isWithinAnother = (type: string, property: string) =>
  ["StageName", "MetricName"].includes(property) || type === "AWS::IAM::Policy";

/** What the template itself names. CloudFormation puts the stack's name into all other names. */
function physicalNames({ Resources, Outputs }: Sections): string[] {
  const ofResources = Object.values(Resources).flatMap(({ Type, Properties = {} }) =>
    Object.entries(Properties)
      .filter(([property, value]) => /Name$/.test(property) && typeof value === "string")
      .filter(([property]) => !isWithinAnother(Type, property))
      .map(([property, value]) => `${Type} ${property} ${value}`),
  );
  const exported = Object.values(Outputs).flatMap(({ Export }) =>
    Export ? [JSON.stringify(Export.Name)] : [],
  );
  return [...ofResources, ...exported];
}

function stageName({ Resources }: Sections): unknown {
  const stage = Object.values(Resources).find(({ Type }) => Type === "AWS::ApiGatewayV2::Stage");
  return stage?.Properties?.StageName;
}

describe("a stage of the example", () => {
  it("is a stack of its own; that of prod is Chat", () => {
    expect([prod.stackName, test.stackName]).toEqual(["Chat", "Chat-test"]);
  });

  it("shares no physical name with another", () => {
    expect(physicalNames(ofProd)).toContain("AWS::ApiGatewayV2::Api Name Chat-Chat");
    expect(physicalNames(ofTest)).toContain("AWS::ApiGatewayV2::Api Name Chat-test-Chat");
    expect(physicalNames(ofProd).filter((name) => physicalNames(ofTest).includes(name))).toEqual([]);
  });

  it("has its own path", () => {
    expect([ofProd, ofTest].map(stageName)).toEqual(["prod", "test"]);
  });
});
