/** The CDK app of a person, as their `cdk.json` runs it. */
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { io } from "socket.io-client";
import { describe, expect, it, onTestFinished } from "vitest";
import WebSocket from "ws";
import type { LocalEvent } from "../../../local/local-event.js";
import { type Local, type StartOptions, startLocal } from "../../../local/start.js";
import { synth } from "../../../local/synth/synth.js";
import { whichStack } from "../../../local/which-stack.js";
import { app, LIBRARY, project, ROOT } from "./project.js";

async function start(options: StartOptions): Promise<Local> {
  const local = await startLocal(options);
  onTestFinished(() => local.close());
  return local;
}

async function ask(url: string, event: string): Promise<unknown> {
  const { origin, pathname } = new URL(url);
  const client = io(origin === "null" ? url.slice(0, -pathname.length) : origin, {
    path: pathname,
    transports: ["websocket"],
    forceNew: true,
  });
  onTestFinished(() => void client.close());
  return client.timeout(20_000).emitWithAck(event);
}

function made(...args: Parameters<typeof project>) {
  const created = project(...args);
  onTestFinished(() => created.remove());
  return created;
}

const stackOf = (body: string) => `
import { App, Stack } from "aws-cdk-lib";
import { SocketIoApi } from ${LIBRARY};
const cdk = new App();
const stack = new Stack(cdk, "Mine");
${body}
`;

describe("a folder with a cdk.json", () => {
  it.each([
    ["node --import tsx", "node --import tsx bin/my.ts"],
    ["tsx", `${join(ROOT, "node_modules/.bin/tsx")} bin/my.ts`],
  ])(
    "runs the CDK app that it names, with %s, and takes changes of the app and of the stack",
    async (_how, command) => {
      const { folder, write } = made({
        "package.json": '{ "type": "module" }',
        "cdk.json": JSON.stringify({ app: command, context: { word: "fromContext" } }),
        "bin/my.ts": stackOf('new SocketIoApi(stack, "Api", { app: "app.ts", stageName: "live" });'),
        "app.ts": app("one"),
      });
      const events: LocalEvent[] = [];
      const local = await start({ project: folder, log: (event) => events.push(event) });
      expect(local.apis).toMatchObject([
        { name: "Api", stage: "live", url: `ws://localhost:${local.port}/live` },
      ]);
      expect(await ask(local.url, "who")).toBe("one");
      expect(events.filter(({ type }) => type === "warning")).toEqual([]);

      write("app.ts", app("two"));
      await local.reload();
      expect(await ask(local.url, "who")).toBe("two");
      const again = await synth(whichStack({ project: folder }));
      expect((await synth(whichStack({ project: folder }))).folder).toBe(again.folder);
    },
  );

  it("runs ts-node's way, in CommonJS, as cdk init writes it", async () => {
    const { folder, write } = made(
      {
        "package.json": "{}",
        "tsconfig.json": JSON.stringify({
          compilerOptions: { rootDir: ".", module: "commonjs", target: "es2022", esModuleInterop: true },
          "ts-node": { transpileOnly: true },
        }),
        "cdk.json": '{ "app": "npx ts-node --prefer-ts-exts bin/my.ts" }',
        "bin/my.ts": `
import { App } from "aws-cdk-lib";
import { MyStack } from "../lib/my-stack";
new MyStack(new App(), "Mine", process.env.MY_STAGE);
`,
        "lib/my-stack.ts": `
import { App, Stack } from "aws-cdk-lib";
import { CfnApi, CfnStage } from "aws-cdk-lib/aws-apigatewayv2";
export class MyStack extends Stack {
  constructor(app: App, id: string, stageName = "prod") {
    super(app, id);
    const api = new CfnApi(this, "Plain", { name: "plain", protocolType: "WEBSOCKET", routeSelectionExpression: "$request.body.action" });
    new CfnStage(this, "Stage", { apiId: api.ref, stageName });
  }
}
`,
      },
      ["aws-cdk-lib", "constructs", "ts-node", "@ts-morph"],
    );
    symlinkSync(join(ROOT, "node_modules/ts-node/dist/bin.js"), join(folder, "node_modules/.bin/ts-node"));
    // The project's own TypeScript has no compiler that ts-node could call; this one is TypeScript 6.
    write(
      "node_modules/typescript/package.json",
      '{ "name": "typescript", "version": "6.0.2", "main": "main.js" }',
    );
    write(
      "node_modules/typescript/main.js",
      'module.exports = require("@ts-morph/common/dist/typescript.js");',
    );
    const synthesize = () => synth(whichStack({ project: folder }));
    const first = await synthesize();
    expect((await synthesize()).folder).toBe(first.folder);
    expect(first.inputs).toContainEqual(expect.objectContaining({ name: join(folder, "lib/my-stack.ts") }));
    process.env.MY_STAGE = "other";
    onTestFinished(() => void delete process.env.MY_STAGE);
    expect((await synthesize()).folder).not.toBe(first.folder);
    write("lib/my-stack.ts", "throw new RangeError('in the stack');");
    await expect(synthesize()).rejects.toThrow(
      /^The CDK app \(npx ts-node .*\) failed: RangeError: in the stack\n.*my-stack\.ts:1/,
    );
  });

  it("runs two APIs on one port, each with its own endpoint, and the stack's table and function of its own", async () => {
    const { folder } = made({
      "package.json": '{ "type": "module" }',
      "cdk.json": '{ "app": "node --import tsx bin/my.ts" }',
      "bin/my.ts": `
import { App, RemovalPolicy, Stack } from "aws-cdk-lib";
import { AttributeType, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { BundledFunction, SocketIoApi } from ${LIBRARY};
const cdk = new App();
const data = new Stack(cdk, "Data");
const table = new TableV2(data, "Scores", { partitionKey: { name: "id", type: AttributeType.STRING } });
const bucket = new Bucket(data, "Files");
const one = new Stack(cdk, "One");
const chat = new SocketIoApi(one, "Chat", { app: "chat.ts", stageName: "chat" });
chat.appFunction.addEnvironment("SCORES", table.tableName);
chat.appFunction.addEnvironment("FILES", bucket.bucketRegionalDomainName);
const plain = new BundledFunction(one, "Plain", { entry: ${'process.cwd() + "/plain.ts"'} });
// As aws-cdk-lib's own functions have it: CommonJS in index.js.
new LambdaFunction(one, "Own", { code: Code.fromAsset("own"), handler: "index.handler", runtime: Runtime.NODEJS_22_X });
const game = new SocketIoApi(new Stack(cdk, "Two"), "Game", { app: "game.ts", stageName: "game", routes: [] });
const again = new SocketIoApi(new Stack(cdk, "Three"), "Again", { app: "game.ts", stageName: "game" });
`,
      "chat.ts": app("chat"),
      "game.ts": app("game"),
      "plain.ts": "export const handler = async () => 1;",
      "own/index.js": "module.exports = (() => ({ handler: async () => 1 }))();",
    });
    const events: LocalEvent[] = [];
    const local = await start({ project: folder, log: (event) => events.push(event) });
    expect(local.apis.map(({ name, stage }) => [name, stage])).toEqual([
      ["Chat", "chat"],
      ["Game", "game"],
      ["Again", "game"],
    ]);
    const [chat, game, again] = local.apis;
    if (!chat || !game || !again) throw new Error("Three APIs are expected.");
    expect(chat.port).toBe(game.port);
    // Two stages of one name cannot share a port.
    expect(again.port).not.toBe(game.port);

    const variables = await Promise.all(
      [chat, game, again].map(({ url }) => ask(url, "variables") as Promise<Record<string, string>>),
    );
    expect(variables.map((of) => of.AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI)).toEqual(
      local.apis.map(({ endpoint }) => endpoint),
    );
    expect(variables.map((of) => of.SOCKET_IO_ENDPOINT)).toEqual(local.apis.map(({ endpoint }) => endpoint));
    expect(variables[0]?.SCORES).toMatch(/^Data-Scores/);
    expect(variables[0]?.FILES).toContain("files");
    const warnings = events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
    expect(warnings).toEqual(["Files does not run locally: only a bucket behind a distribution does."]);
  });

  it("runs what lies in a nested stack, and in a Stage of CDK", async () => {
    const { folder } = made({
      "package.json": '{ "type": "module" }',
      "cdk.json": '{ "app": "node --import tsx bin/my.ts" }',
      "bin/my.ts": `
import { App, NestedStack, Stack, Stage } from "aws-cdk-lib";
import { AttributeType, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { SocketIoApi } from ${LIBRARY};
const stack = new Stack(new Stage(new App(), "Beta"), "Mine");
const partitionKey = { name: "id", type: AttributeType.STRING };
const table = new TableV2(new NestedStack(stack, "Data"), "Scores", { partitionKey });
const outer = new SocketIoApi(stack, "Outer", { app: "app.ts", stageName: "outer" });
outer.appFunction.addEnvironment("SCORES", table.tableName);
const inner = new SocketIoApi(new NestedStack(stack, "Chat"), "Inner", { app: "app.ts", stageName: "inner" });
inner.appFunction.addEnvironment("SCORES", table.tableName);
`,
      "app.ts": app("nested"),
    });
    const warnings: string[] = [];
    const local = await start({
      project: folder,
      log: (event) => event.type === "warning" && warnings.push(event.message),
    });
    expect(local.apis.map(({ stage }) => stage).sort()).toEqual(["inner", "outer"]);
    for (const { url } of local.apis) {
      expect(await ask(url, "variables")).toMatchObject({ SCORES: expect.stringContaining("Scores") });
      expect(await ask(url, "who")).toBe("nested");
    }
    expect(warnings).toEqual([]);
  });

  it.each([
    ["names no app", "{}", "x", /cdk\.json names no app: add "app": /],
    ["is no JSON", "{", "x", /cdk\.json cannot be read: /],
  ])("says so where it %s", async (_what, cdkJson, content, message) => {
    const { folder } = made({ "cdk.json": cdkJson, "bin/my.ts": content });
    await expect(startLocal({ project: folder })).rejects.toThrow(message);
  });

  it.each([
    [
      "throws",
      "throw new RangeError('no region');",
      /^The CDK app \(node .*\) failed: RangeError: no region\n.*my\.ts:/,
    ],
    [
      "does not compile",
      "const a = ;",
      /^bin\/my\.ts does not compile:\n\n {2}bin\/my\.ts:\d+:11: Unexpected ";"\n\n.*│ const a = ;\n.*\^$/,
    ],
    ["needs a package", 'import "left-pad";', /needs the package left-pad: npm i left-pad$/],
    ["has no SocketIoApi", "", /^No stack of the CDK app \(Mine\) has a SocketIoApi\. Add: new SocketIoApi/],
  ])("says what is wrong where the CDK app %s", async (_what, code, message) => {
    const { folder } = made({
      "package.json": '{ "type": "module" }',
      "cdk.json": '{ "app": "node --import tsx bin/my.ts" }',
      "bin/my.ts": stackOf(code),
    });
    await expect(startLocal({ project: folder })).rejects.toThrow(message);
  });

  it("is not cached where the app runs another program, whose inputs nobody knows", async () => {
    const { folder } = made({
      "package.json": '{ "type": "module" }',
      "cdk.json": '{ "app": "node bin/my.js" }',
      "bin/my.js": `
import { execSync } from "node:child_process";
import { App, CfnOutput, Stack } from "aws-cdk-lib";
new CfnOutput(new Stack(new App(), "Mine"), "Now", { value: String(execSync("cat version.txt")) });
`,
      "version.txt": "1",
    });
    const first = await synth(whichStack({ project: folder }));
    writeFileSync(join(folder, "version.txt"), "2");
    expect((await synth(whichStack({ project: folder }))).folder).not.toBe(first.folder);
    expect(first.inputs).toContainEqual(expect.objectContaining({ name: join(folder, "bin/my.js") }));
  });
});

describe("an app file", () => {
  it("runs in the built-in stack, in a folder without any packages or cdk.json", async () => {
    const { folder, write } = made({}, []);
    const file = write("app.ts", app("alone"));
    const local = await start({ project: folder, app: file, stage: "mine" });
    expect(local.apis).toMatchObject([{ name: "App", stage: "mine" }]);
    expect(await ask(local.url, "who")).toBe("alone");
    // Of the example there is nothing: no route of its own takes this action.
    const socket = new WebSocket(local.url);
    onTestFinished(() => socket.terminate());
    await new Promise((resolve) => socket.once("open", resolve));
    const answer = new Promise((resolve) => socket.once("message", (data) => resolve(String(data))));
    socket.send('{"action":"clock"}');
    expect(await answer).not.toContain("time");
  });

  it("gets the variables that it is given, and none of the shell's", async () => {
    const { folder, write } = made({}, []);
    process.env.SECRET_OF_THE_SHELL = "hunter2";
    process.env.AWS_PROFILE = "production";
    onTestFinished(() => {
      delete process.env.SECRET_OF_THE_SHELL;
      delete process.env.AWS_PROFILE;
    });
    const file = write("app.ts", app("x"));
    const warnings: string[] = [];
    const local = await start({
      project: folder,
      app: file,
      env: { COLOR: "blue", SOCKET_IO_LIMITS: '{"handshakeBytes":9000}', AWS_REGION: "mars-1" },
      log: (event) => event.type === "warning" && warnings.push(event.message),
    });
    const variables = (await ask(local.url, "variables")) as Record<string, string>;
    expect(variables).toMatchObject({
      COLOR: "blue",
      SOCKET_IO_LIMITS: '{"handshakeBytes":9000}',
      AWS_REGION: "us-east-1",
    });
    expect(warnings).toEqual([
      "The variable AWS_REGION is set by Lambda or the local stack: yours has no effect.",
    ]);
    expect(JSON.stringify(variables)).not.toMatch(/hunter2|production/);
    // Lambda's own, the template's, and those of this test: a name of this machine would stand out.
    const unknown = Object.keys(variables).filter(
      (name) => !/^(AWS_|SOCKET_IO_|_HANDLER|LAMBDA_TASK_ROOT|LANG|TZ|NODE_OPTIONS|COLOR)/.test(name),
    );
    expect(unknown).toEqual([]);
  });

  it("is asked for where there is no cdk.json either", async () => {
    const { folder } = made({}, []);
    await expect(startLocal({ project: folder })).rejects.toThrow(`There is no cdk.json in ${folder}`);
  });

  it("has one address, at which a client with default options is let in", async () => {
    const { folder, write } = made({}, []);
    const warnings: string[] = [];
    const local = await start({
      project: folder,
      app: write("app.ts", app("one")),
      log: (event) => event.type === "warning" && warnings.push(event.message),
    });
    const client = io(`http://localhost:${local.port}`, { forceNew: true });
    onTestFinished(() => void client.close());
    expect(await client.timeout(20_000).emitWithAck("who")).toBe("one");
    const found = await fetch(local.pageUrl);
    expect([found.status, found.headers.get("content-type")]).toEqual([404, "text/plain; charset=utf-8"]);
    const lines = (await found.text()).split("\n");
    expect(lines[0]).toBe('Nothing is served at "/". Connect with Socket.IO\'s client:');
    expect(lines).toContain(`  io("http://localhost:${local.port}")`);
    expect(warnings).toEqual([]);
  });
});

describe("a stack without a front door", () => {
  function withoutFrontDoor(): string {
    const { folder } = made({
      "package.json": '{ "type": "module" }',
      "cdk.json": JSON.stringify({ app: "node --import tsx my.ts" }),
      "my.ts": stackOf('new SocketIoApi(stack, "Api", { app: "app.ts" });'),
      "app.ts": app("x"),
    });
    return folder;
  }

  it("tells a client with default options, and its person, what to write", async () => {
    const warnings: string[] = [];
    const local = await start({
      project: withoutFrontDoor(),
      log: (event) => event.type === "warning" && warnings.push(event.message),
    });
    const line = `io("ws://localhost:${local.port}", { path: "/prod", transports: ["websocket"] })`;
    const client = io(`http://localhost:${local.port}`, { forceNew: true });
    onTestFinished(() => void client.close());
    await new Promise((resolve) => client.once("connect_error", resolve));
    await new Promise((resolve) => client.once("connect_error", resolve)); // it tries again
    expect(warnings).toEqual([`A client asked for HTTP long-polling. Let it connect with ${line}.`]);
    const asked = { origin: "http://example.com", "access-control-request-headers": "x-token" };
    const poll = `http://localhost:${local.port}/socket.io/?EIO=4&transport=polling`;
    const refused = await fetch(poll, { headers: asked });
    expect([
      refused.status,
      refused.headers.get("access-control-allow-origin"),
      await refused.json(),
    ]).toEqual([
      400,
      "http://example.com",
      { code: 3, message: `HTTP long-polling is not served here. Connect with ${line}.` },
    ]);
    const preflight = await fetch(poll, { method: "OPTIONS", headers: asked });
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      "access-control-allow-origin": "http://example.com",
      "access-control-allow-credentials": "true",
      "access-control-allow-headers": "x-token",
    });
  });

  it("tells a browser how to connect, Socket.IO first", async () => {
    const local = await start({ project: withoutFrontDoor() });
    const response = await fetch(local.pageUrl);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    const lines = (await response.text()).split("\n").filter((line) => line.startsWith("  "));
    expect(lines).toEqual([
      `  Socket.IO   io("ws://localhost:${local.port}", { path: "/prod", transports: ["websocket"] })`,
      `  WebSocket   ${local.url}`,
      `  Terminal    npx -y wscat -c ${local.url}`,
    ]);
    expect((await fetch(new URL("/prod", local.pageUrl))).status).toBe(426);
  });
});
