import { Duration } from "aws-cdk-lib";
import { SecurityGroup } from "aws-cdk-lib/aws-ec2";
import { Architecture, Code, Function as LambdaFunction, LayerVersion } from "aws-cdk-lib/aws-lambda";
import { describe, expect, it } from "vitest";
import { InvalidPropError, type SocketIoApiProps } from "../../lib/index.js";
import { emptyStack, fixture, templateOf, vpcIn } from "./synthesize.js";

const FN = LambdaFunction.fromFunctionArn(
  emptyStack(),
  "Fn",
  "arn:aws:lambda:eu-west-1:123456789012:function:clock",
);

const STACK = emptyStack();
const VPC = vpcIn(STACK);
const GROUPS = Array.from(
  { length: 6 },
  (_, index) => new SecurityGroup(STACK, `Group${index}`, { vpc: VPC }),
);
const LAYERS = Array.from(
  { length: 6 },
  (_, index) =>
    new LayerVersion(STACK, `Layer${index}`, {
      code: Code.fromAsset(fixture("")),
      compatibleArchitectures: [Architecture.X86_64],
    }),
);

describe("SocketIoApi refuses at synth", () => {
  it.each<[what: string, prop: string, props: Partial<SocketIoApiProps>, says: RegExp]>([
    [
      "an app that does not exist",
      "app",
      { app: "no/such/app.ts" },
      /there is no file .*app\.ts.*Give the path/,
    ],
    [
      "an app that is a folder",
      "app",
      { app: fixture("") },
      /fixtures is a folder\. Give the path of the file/,
    ],
    ["no app", "app", { app: undefined as never }, /it is undefined\. Give the path/],
    ["an app of an empty name", "app", { app: "" }, /it is empty\. Give the path/],
    ["a route named $connect", "routes", { routes: ["$connect"] }, /"\$connect" begins with "\$".*Remove it/],
    ["any route that begins with $", "routes", { routes: ["$own"] }, /keeps for itself/],
    ["a route without a name", "routes", { routes: [""] }, /empty name/],
    ["a route that stands twice", "routes", { routes: ["say", "say"] }, /"say" stands there twice/],
    [
      "more than 300 routes",
      "routes",
      { routes: Array.from({ length: 298 }, (_, index) => `route-${index}`) },
      /298 routes and the 3 built-in ones exceed API Gateway's 300/,
    ],
    [
      "an order that does not exist",
      "order",
      { order: "strict" as never },
      /there is no "strict".*"concurrent".*"ordered"/,
    ],
    ["a stage name with a slash", "stageName", { stageName: "a/b" }, /refuses "a\/b".*letters, digits/],
    ["an empty stage name", "stageName", { stageName: "" }, /refuses ""/],
    ["a stage name of 129 characters", "stageName", { stageName: "s".repeat(129) }, /1 to 128/],
    ["the stage $default", "stageName", { stageName: "$default" }, /refuses "\$default"/],
    [
      "a wait for timers beyond the timeout",
      "timers",
      { timers: { awaitUpTo: Duration.seconds(25) } },
      /awaitUpTo is 25000 ms.*up to 24000.*after\(\)/,
    ],
    ["a limit that does not exist", "limits", { limits: { chairs: 1 } as never }, /no limit "chairs".*rooms/],
    ["a limit of 0", "limits", { limits: { rooms: 0 } }, /limits\.rooms is 0/],
    ["a timeout above 29 s", "timeout", { timeout: Duration.seconds(30) }, /30 s cannot be.*from 1 to 29/],
    ["a timeout of no whole second", "timeout", { timeout: Duration.millis(1500) }, /1\.5 s cannot be/],
    ["no timeout at all", "timeout", { timeout: Duration.seconds(0) }, /0 s cannot be/],
    [
      "a route without a function",
      "routes",
      { routes: [{ clock: { open: true } as never }] },
      /"clock" has no function/,
    ],
    [
      "an open route with a namespace",
      "routes",
      { routes: [{ clock: { function: FN, open: true, namespace: "/a" } as never }] },
      /"clock" is open, and has a namespace.*Keep one/,
    ],
    [
      "a namespace without a slash",
      "routes",
      { routes: [{ clock: { function: FN, namespace: "members" } }] },
      /the namespace of "clock" is "members".*Begin it with "\/"/,
    ],
    [
      "more routes to other functions than a variable holds",
      "routes",
      { routes: Array.from({ length: 290 }, (_, index) => ({ [`a-route-${index}`]: FN })) },
      /290 routes to 1 functions that need a session do not fit/,
    ],
    [
      "a throttle of nothing a second",
      "throttle",
      { throttle: { rateLimit: 0, burstLimit: 1 } },
      /rateLimit of 0/,
    ],
    [
      "a burst of nothing",
      "throttle",
      { throttle: { rateLimit: 1, burstLimit: 0 } },
      /burstLimit of 0.*1 or more/,
    ],
    [
      "a burst of no whole number",
      "throttle",
      { throttle: { rateLimit: 1, burstLimit: 1.5 } },
      /burstLimit of 1\.5/,
    ],
    [
      "no environments for the app",
      "reservedConcurrency",
      { reservedConcurrency: 0 },
      /0 environments for app/,
    ],
    [
      "half an environment for deliver",
      "reservedConcurrency",
      { reservedConcurrency: { deliver: 0.5 } },
      /0\.5 environments for deliver.*leave it out/,
    ],
    [
      "a header that cannot be",
      "forgetHeaders",
      { forgetHeaders: ["cookie, authorization"] },
      /no header is called "cookie, authorization"/,
    ],
    [
      "a variable that Lambda sets",
      "environment",
      { environment: { AWS_REGION: "eu-west-1" } },
      /Lambda sets AWS_REGION itself.*another name/,
    ],
    [
      "a variable of the construct",
      "environment",
      { environment: { SOCKET_IO_ORDER: "ordered" } },
      /keeps names that begin with SOCKET_IO_, such as SOCKET_IO_ORDER.*has a prop/,
    ],
    [
      "a variable whose name Lambda refuses",
      "environment",
      { environment: { "MY-COLOR": "green" } },
      /refuses the name "MY-COLOR".*letters, digits and underscores/,
    ],
    [
      "a variable without a value",
      "environment",
      { environment: { TOKEN: undefined as never } },
      /TOKEN is undefined.*leave TOKEN out/,
    ],
    [
      "more variables than Lambda takes",
      "environment",
      { environment: { TEXT: "x".repeat(4093) } },
      /4097 bytes, and Lambda takes 4096/,
    ],
    [
      "subnets without a VPC",
      "vpcSubnets",
      { vpcSubnets: { subnets: VPC.privateSubnets } },
      /no meaning without a vpc.*Give the vpc as well/,
    ],
    [
      "security groups without a VPC",
      "securityGroups",
      { securityGroups: GROUPS.slice(0, 1) },
      /no meaning without a vpc/,
    ],
    [
      "no security group",
      "securityGroups",
      { vpc: VPC, securityGroups: [] },
      /1 to 5 of them, and there are 0/,
    ],
    [
      "six security groups",
      "securityGroups",
      { vpc: VPC, securityGroups: GROUPS },
      /there are 6.*Leave the prop out/,
    ],
    [
      "a package that is outside and beside the bundle",
      "bundling",
      { bundling: { externalModules: ["pg"], nodeModules: ["pg"] } },
      /pg is in externalModules and in nodeModules.*Keep it/,
    ],
    [
      "socket.io outside of the bundle",
      "bundling",
      { bundling: { externalModules: ["socket.io"] } },
      /socket\.io has to be in the bundle/,
    ],
    [
      "a pattern that leaves out socket.io",
      "bundling",
      { bundling: { externalModules: ["socket*"] } },
      /socket\* has to be in the bundle/,
    ],
    [
      "a pattern that leaves out files of socket.io",
      "bundling",
      { bundling: { externalModules: ["socket.io/*"] } },
      /socket\.io\/\* has to be in the bundle/,
    ],
    [
      "a package with a version",
      "bundling.nodeModules",
      { bundling: { nodeModules: ["sharp@0.33"] } },
      /"sharp@0\.33", which is not the name of a package.*the one that the project has/,
    ],
    [
      "a part of Node beside the bundle",
      "bundling.nodeModules",
      { bundling: { nodeModules: ["fs"] } },
      /fs is a part of Node.*Leave it out/,
    ],
    [
      "a replaced name that is none",
      "bundling.define",
      { bundling: { define: { "a-b": "1" } } },
      /^bundling\.define: "a-b" is no name/,
    ],
    [
      "a replacement that is no expression",
      "bundling.define",
      { bundling: { define: { MOTTO: "to be" } } },
      /MOTTO is "to be", .* write \{ "MOTTO": "\\"to be\\"" \}/,
    ],
    [
      "a replacement that is no text",
      "bundling.define",
      { bundling: { define: { DEBUG: true as never } } },
      /DEBUG is true, .* write \{ "DEBUG": "true" \}/,
    ],
    [
      "an extension without a dot",
      "bundling.loader",
      { bundling: { loader: { graphql: "text" } } },
      /"graphql" is no extension.*dot/,
    ],
    [
      "a loader that does not exist",
      "bundling.loader",
      { bundling: { loader: { ".graphql": "words" as never } } },
      /^bundling\.loader: there is no loader "words" for \.graphql.* text,/,
    ],
    [
      "an odd number of days",
      "logRetention",
      { logRetention: 42 as never },
      /for 42 days\. Use RetentionDays.* 1, 3, 5, .* 3653 days, or RetentionDays\.INFINITE/,
    ],
    [
      "a layer by its ARN",
      "layers",
      { layers: ["arn:aws:lambda:eu-west-1:1:layer:a:1"] as never },
      /Write LayerVersion\.fromLayerVersionArn\(this, "Layer", "arn:aws:lambda:eu-west-1:1:layer:a:1"\)/,
    ],
    ["a layer that is none", "layers", { layers: [undefined] as never }, /undefined is no layer\. Give a/],
    [
      "layers that are no list",
      "layers",
      { layers: LAYERS[0] as never },
      /it is no list\. Write layers: \[layer\]/,
    ],
    ["six layers", "layers", { layers: LAYERS, architecture: Architecture.X86_64 }, /takes 5 of them/],
    [
      "a layer for another processor",
      "layers",
      { layers: LAYERS.slice(0, 1) },
      /Layer0 is for x86_64, and the function runs on arm64.*`architecture`/,
    ],
    [
      "no warm environment",
      "provisionedConcurrency",
      { provisionedConcurrency: 0 },
      /0 environments cannot be kept warm.*leave it out/,
    ],
    [
      "more warm environments than reserved ones",
      "provisionedConcurrency",
      { provisionedConcurrency: 6, reservedConcurrency: { app: 5 } },
      /6 environments are more than the 5 of reservedConcurrency.*reserve 6/,
    ],
    ["too little memory", "memorySize", { memorySize: 64 }, /refuses 64 MB.*from 128 to 10240/],
  ])("%s", (_, prop, props, says) => {
    const error = thrownBy(() => templateOf(props));
    expect(error).toBeInstanceOf(InvalidPropError);
    expect(error).toMatchObject({ name: "InvalidPropError", prop, message: expect.stringMatching(says) });
  });
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was thrown.");
}
