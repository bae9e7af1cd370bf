/** What the CDK itself finds in our templates. Other tests switch that off: it takes most of their time. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type App, CfnResource, type Stack } from "aws-cdk-lib";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SocketIoApi } from "../../lib/index.js";
import { emptyStack, FIXTURE_APP } from "./synthesize.js";

beforeEach(() => void vi.stubEnv("CDK_VALIDATION", undefined));
afterEach(() => void vi.unstubAllEnvs());

function findingsIn(stack: Stack): unknown[] {
  const { directory } = (stack.node.root as App).synth();
  return JSON.parse(readFileSync(join(directory, "validation-report.json"), "utf8")).pluginReports;
}

it("the CDK's validation finds nothing in a stack with all that one API can have", () => {
  const stack = emptyStack();
  new SocketIoApi(stack, "Chat", { app: FIXTURE_APP, order: "ordered", frontDoor: true });
  expect(findingsIn(stack)).toEqual([]);
});

it("and refuses a property that CloudFormation does not take", () => {
  const stack = emptyStack();
  const properties = { DelaySeconds: "soon" };
  new CfnResource(stack, "Queue", { type: "AWS::SQS::Queue", properties });
  expect(() => findingsIn(stack)).toThrow(/DelaySeconds: 'soon' is not of type 'integer'/);
});
