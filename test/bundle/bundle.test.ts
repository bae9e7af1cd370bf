import { beforeAll, describe, expect, it } from "vitest";
import { STUBS } from "../../lib/stubs/index.js";
import { ENV } from "../../runtime/contract.js";
import { Bundle, bundleText, file } from "./bundles.js";
import { fakeAws } from "./fake-aws.js";

/**
 * The goal of docs/decisions: what it is today is in bench/results.json. The last 40 KB are what a server
 * file needs to run as it is, and what esbuild adds where the app imports this library too.
 */
const MAX_APP_BYTES = 270_000;

describe("the bundle of the example app", () => {
  let app: Bundle;
  beforeAll(() => {
    app = new Bundle({
      entry: file("lambdas/socket-io.ts"),
      alias: { "#app": file("examples/chat/app.ts") },
    });
  });

  it("is smaller than 270 KB", () => {
    expect(app.bytes).toBeLessThan(MAX_APP_BYTES);
  });

  it("keeps what another client of AWS needs", () => {
    const other = bundleText('import "@aws-sdk/client-apigatewaymanagementapi"; export const handler = 1;');
    expect(other.bytes).toBeGreaterThan(0);
    const both = bundleText(
      'import * as a from "@aws-sdk/client-apigatewaymanagementapi"; import * as b from "@aws-sdk/client-dynamodb"; export const handler = [a, b];',
    );
    expect(both.sources.filter((source) => source.includes("submodules/event-streams"))).not.toEqual([]);
    expect(app.sources.filter((source) => source.includes("submodules/event-streams"))).toEqual([]);
  });

  it("has socket.io and none of the packages for which stubs stand in", () => {
    expect(app.packages).toContain("socket.io");
    expect([...app.packages].filter((name) => STUBS.has(name))).toEqual(["socket.io-adapter", "socket.io"]);
    expect(app.sources.filter((source) => source.includes("cluster-adapter"))).toEqual([]);
    expect(app.packages).not.toContain("mime-db");
  });

  it("lets a client in: two writes and an invocation of itself, with credentials from the environment", async () => {
    const { calls, env } = await fakeAws();
    const printed = await app.run(`handler(${JSON.stringify(CONNECT_EVENT)})`, env);
    expect(printed.trim()).toBe('{"statusCode":200}');
    expect(calls.map(({ what }) => what)).toEqual([
      "DynamoDB_20120810.PutItem",
      "DynamoDB_20120810.PutItem",
      "/2015-03-31/functions/app/invocations",
    ]);
    expect(calls.map(({ body }) => body)).toContainEqual(
      expect.objectContaining({
        TableName: "Connections",
        Item: expect.objectContaining({ connectionId: { S: "PJqB3dSkDoECH9w=" } }),
      }),
    );
  });

  it("invokes itself by the alias whose environments are provisioned", async () => {
    const { calls, env } = await fakeAws();
    await app.run(`handler(${JSON.stringify(CONNECT_EVENT)})`, { ...env, [ENV.alias]: ":live" });
    expect(calls.map(({ what }) => what)).toContain("/2015-03-31/functions/app%3Alive/invocations");
  });

  it("says what is missing where the environment has no credentials", async () => {
    const { env } = await fakeAws();
    const { AWS_ACCESS_KEY_ID: _left, ...without } = env;
    const printed = await app.run(`handler(${JSON.stringify(CONNECT_EVENT)})`, without);
    expect(printed).toContain('{"statusCode":500}');
    expect(printed).toContain("The environment variable AWS_ACCESS_KEY_ID is not set. Lambda sets it");
  });
});

describe("the bundle of the deliver function", () => {
  it("has neither socket.io nor any other package, and is smaller than 28 KB with its client of DynamoDB", () => {
    const deliver = new Bundle({ entry: file("lambdas/deliver.ts") });
    expect([...deliver.packages]).toEqual([]);
    expect(deliver.bytes).toBeLessThan(28_000);
  });
});

/** socket.io-parser with `debug`'s stub and component-emitter, signing, and HTTP; 2026-11: 25 KB. */
const MAX_EMITTER_BYTES = 28_000;

describe("the bundle of a function that emits", () => {
  const emits = bundleText(`import { Emitter } from "${file("runtime/emitter/index.ts")}";
    const emitter = new Emitter();
    export const handler = () => emitter.to("room").emit("said", Buffer.from("hi"));`);

  it("has neither socket.io nor a client of AWS, and is smaller than 28 KB", () => {
    expect([...emits.packages].sort()).toEqual(["@socket.io/component-emitter", "socket.io-parser"]);
    expect(emits.bytes).toBeLessThan(MAX_EMITTER_BYTES);
  });

  it("asks the app function by one signed call, and says what its refusal means", async () => {
    const { calls, env } = await fakeAws();
    const app = "arn:aws:lambda:eu-west-1:123456789012:function:app:live";
    const told = await emits.run("handler().catch(({ name, message }) => name + message)", {
      ...env,
      AWS_LAMBDA_FUNCTION_NAME: "clock",
      [ENV.appFunction]: app,
    });
    expect(calls.map(({ what }) => what)).toEqual([
      `/2015-03-31/functions/${encodeURIComponent(app)}/invocations`,
    ]);
    expect(calls[0]?.body).toMatchObject({ emitterEvent: 1, operations: [{ do: "emit", rooms: ["room"] }] });
    expect(told).toContain("was answered with HTTP 202");
  });
});

describe("a stub", () => {
  const SERVER = 'import { Server } from "socket.io";\n';

  it("says in one sentence what to do where it is called", async () => {
    const listens = bundleText(`${SERVER}export const handler = async () => new Server().attachApp({});`);
    const told = listens.run("handler().catch((error) => error.name + error.message)");
    await expect(told).resolves.toMatch(
      /NotOnLambdaErrorA server of uWebSockets\.js is left out.*http\.Server/,
    );
  });

  it("gives way to the real package where the app imports that itself", async () => {
    const uses = bundleText(`${SERVER}import WebSocket, { Sender } from "ws";
      export const handler = () => [typeof Server, typeof Sender.frame, WebSocket.OPEN];`);
    expect(JSON.parse(await uses.run("handler()"))).toEqual(["function", "function", 1]);
    expect(uses.packages).toContain("ws");
    expect(uses.packages).not.toContain("engine.io");
  });

  it("gives way to the adapters for clusters where the app imports them itself", async () => {
    const uses = bundleText(`${SERVER}import { Adapter, ClusterAdapter } from "socket.io-adapter";
      export const handler = () => [typeof Server, ClusterAdapter.prototype instanceof Adapter];`);
    expect(JSON.parse(await uses.run("handler()"))).toEqual(["function", true]);
  });

  it("of the cluster module is for the app's own file, and not for packages alone", async () => {
    const logs = { "node_modules/logs/index.js": 'module.exports = require("cluster").isPrimary;' };
    const handler = "export const handler = () => [logs, cluster?.isPrimary];";
    const asks = bundleText(`import cluster from "node:cluster"; import logs from "logs"; ${handler}`, logs);
    expect((await asks.run("handler()")).trim().split("\n").at(-1)).toBe("[true,false]");
    const both = bundleText(`import cluster from "cluster"; import logs from "logs"; ${handler}`, logs);
    expect((await both.run("handler()")).trim().split("\n").at(-1)).toBe("[false,false]");
    const silent = bundleText(`import logs from "logs"; const cluster = undefined; ${handler}`, logs);
    expect((await silent.run("handler()")).trim()).toBe("[true,null]");
  });

  it("leaves DEBUG as it was: names, wildcards, exclusions", async () => {
    const app = bundleText(`${SERVER}export const handler = () => { new Server().of("/a").in("x"); };`);
    const DEBUG = "socket.io:*,-socket.io:client";
    expect(await app.run("handler()", { DEBUG })).toContain("socket.io:server initializing namespace /a");
    expect(await app.run("handler()", { DEBUG: "other" })).not.toContain("initializing");
    expect(await app.run("handler()", { DEBUG: "*,-socket.io:s*" })).not.toContain("initializing");
  });
});

const CONNECT_EVENT = {
  headers: { Host: "api.execute-api.eu-west-1.amazonaws.com", "X-Forwarded-For": "203.0.113.7" },
  multiValueHeaders: { Host: ["api.execute-api.eu-west-1.amazonaws.com"] },
  queryStringParameters: { EIO: "4", transport: "websocket" },
  multiValueQueryStringParameters: { EIO: ["4"], transport: ["websocket"] },
  requestContext: {
    routeKey: "$connect",
    eventType: "CONNECT",
    stage: "prod",
    connectedAt: 1_701_245_041_467,
    requestTimeEpoch: 1_701_245_041_472,
    identity: { sourceIp: "203.0.113.7" },
    requestId: "PJqB3EtxjoEFZ8w=",
    domainName: "api.execute-api.eu-west-1.amazonaws.com",
    connectionId: "PJqB3dSkDoECH9w=",
    apiId: "api",
  },
  isBase64Encoded: false,
};
