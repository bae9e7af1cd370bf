import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { CfnApi } from "aws-cdk-lib/aws-apigatewayv2";
import { FunctionCode, FunctionRuntime, Function as ViewerFunction } from "aws-cdk-lib/aws-cloudfront";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { describe, expect, it, onTestFinished } from "vitest";
import { TemplateError } from "../../../local/errors.js";
import { readAssembly } from "../../../local/template/assembly.js";
import { Door, type DoorProps, EDGE_CODE } from "./fixture/front-door-stack.js";

function read(props: DoorProps = {}, more: (stack: Stack) => void = () => {}) {
  const outdir = mkdtempSync(join(tmpdir(), "door-"));
  onTestFinished(() => rmSync(outdir, { recursive: true }));
  const app = new App({ outdir, context: { "aws:cdk:enable-path-metadata": true } });
  const stack = new Stack(app, "Doors");
  new Door(stack, "Chat", props);
  more(stack);
  return readAssembly(app.synth().directory);
}

describe("a template with a front door", () => {
  it("has the distribution with its behaviors in order, origins and function, and no warning", () => {
    const { apis, httpApis, distributions, functions, warnings } = read();
    expect(warnings).toEqual([]);
    expect(distributions).toHaveLength(1);
    const [distribution] = distributions;
    expect(distribution).toMatchObject({
      name: "Chat/Distribution",
      domainName: expect.stringMatching(/^d[a-z0-9]{13}\.cloudfront\.net$/),
      apiId: apis[0].apiId,
      defaultRootObject: "",
    });
    expect(distribution?.behaviors).toMatchObject([
      { pathPattern: "/socket.io*", originId: "websocket", forwards: "all-but-host" },
      { pathPattern: "*", originId: "http", viewerRequest: { name: "Chat/Edge", code: EDGE_CODE } },
    ]);
    expect([...(distribution?.behaviors[0]?.allowedMethods ?? [])].sort()).toEqual([
      "DELETE",
      "GET",
      "HEAD",
      "OPTIONS",
      "PATCH",
      "POST",
      "PUT",
    ]);
    const key = [...functions.values()][0]?.environment.KEY;
    expect(key).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect([...(distribution?.origins.values() ?? [])]).toEqual([
      {
        id: "http",
        domainName: `${httpApis[0]?.apiId}.execute-api.us-east-1.amazonaws.com`,
        path: "",
        headers: { "x-key": key },
        readTimeoutMs: 30_000,
        attempts: 3,
      },
      expect.objectContaining({ id: "websocket", path: "/prod" }),
    ]);
    expect(read().functions.get("Doors-ChatApp")).toEqual(functions.get("Doors-ChatApp"));
  });

  it("has the HTTP API with its routes", () => {
    const { httpApis } = read();
    expect(httpApis).toMatchObject([{ name: "Chat/Http", stage: "$default" }]);
    const routes = httpApis[0]?.routes.map(({ routeKey, integrationTimeoutMs }) => [
      routeKey,
      integrationTimeoutMs,
    ]);
    expect(routes).toEqual([
      ["$default", 30_000],
      ["GET /hold/poll", 30_000],
    ]);
  });

  it("has the page's folder in its bucket, and none of CDK's own functions", () => {
    const page = mkdtempSync(join(tmpdir(), "page-"));
    onTestFinished(() => rmSync(page, { recursive: true }));
    const { buckets, distributions, functions, warnings } = read({ page });
    expect(warnings).toEqual([]);
    expect([...functions.values()].map(({ displayName }) => displayName)).toEqual(["Chat/App"]);
    expect([...buckets.values()]).toMatchObject([
      {
        allows: { get: true },
        deployments: [{ prefix: "", metadata: { "cache-control": "no-cache" }, values: {} }, { prefix: "" }],
      },
    ]);
    expect(distributions[0]?.behaviors.map(({ pathPattern }) => pathPattern)).toEqual([
      "/socket.io*",
      "/hold/*",
      "*",
    ]);
    expect([...buckets.values()][0]?.domainName).toBe(
      [...(distributions[0]?.origins.values() ?? [])].find(({ id }) => id.includes("Origin"))?.domainName,
    );
  });

  it("warns of an HTTP API and a bucket that no distribution leads to", () => {
    const { warnings } = read({}, (stack) => {
      new CfnApi(stack, "Lonely", { name: "lonely", protocolType: "HTTP" });
      new Bucket(stack, "Pictures");
    });
    expect(warnings).toEqual([
      "Pictures does not run locally: only a bucket behind a distribution does.",
      "Lonely does not run locally: of the HTTP APIs, only those behind a distribution do.",
    ]);
  });

  it("refuses a function at the edge of more than 10 KB, as CloudFront does", () => {
    const code = (bytes: number) => `${EDGE_CODE}//${"x".repeat(bytes - EDGE_CODE.length - 2)}`;
    expect(() => read({ code: code(10_240) })).not.toThrow();
    expect(() => read({ code: code(10_241) })).toThrow(TemplateError);
    expect(() => read({ code: code(10_241) })).toThrow(
      "Chat/Edge is a CloudFront function of 10241 bytes, and CloudFront takes 10240: make it smaller.",
    );
  });

  it("refuses an import in a function of the old runtime", () => {
    const old = (stack: Stack) =>
      new ViewerFunction(stack, "Old", {
        code: FunctionCode.fromInline(EDGE_CODE),
        runtime: FunctionRuntime.JS_1_0,
      });
    expect(() => read({}, old)).toThrow(/^Old imports a module/);
  });
});
