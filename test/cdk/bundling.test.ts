import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { App, Stack } from "aws-cdk-lib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BundledFunction, BundlingError, SocketIoApi } from "../../lib/index.js";
import { ENV } from "../../runtime/contract.js";
import { FIXTURE_APP, fixture } from "./synthesize.js";

const folder = mkdtempSync(join(tmpdir(), "socket-io-lambda-bundling-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the app function's bundle", () => {
  let assets: string[];
  beforeAll(() => {
    assets = synthesize((stack) => new SocketIoApi(stack, "Chat", { app: FIXTURE_APP }));
  });

  it("is one ES module with its source map", () => {
    const [app = ""] = assets;
    expect(readdirSync(app).sort()).toEqual(["index.mjs", "index.mjs.map"]);
  });

  it("has long-polling behind a front door, and nothing of it otherwise", () => {
    const behind = synthesize(
      (stack) => new SocketIoApi(stack, "Chat", { app: FIXTURE_APP, frontDoor: true }),
    );
    const entries = ["lambdas/deliver.ts", "lambdas/poll.ts", "lambdas/socket-io-http.ts"];
    expect(entriesOf(behind)).toEqual(entries);
    expect(entriesOf(assets)).toEqual(["lambdas/deliver.ts", "lambdas/socket-io.ts"]);
  });

  it("loads without node_modules and exports the handler", () => {
    expect(evaluate(assets[0], "typeof module.handler")).toBe("function");
  });
});

describe("BundledFunction", () => {
  it("resolves an alias to its file", () => {
    const [asset] = synthesize(
      (stack) =>
        new BundledFunction(stack, "Fn", {
          entry: fixture("shows-app.ts"),
          alias: { "#app": FIXTURE_APP },
        }),
    );
    expect(evaluate(asset, "(await module.handler()).join()")).toBe("io");
  });

  it("keeps two functions of one folder apart", () => {
    const assets = synthesize((stack) => {
      new BundledFunction(stack, "Fails", { entry: fixture("fails.ts") });
      new BundledFunction(stack, "Shows", { entry: fixture("shows-app.ts"), alias: { "#app": FIXTURE_APP } });
    });
    expect(assets).toHaveLength(2);
  });

  it("gives the same asset for the same code, so that a deployment without changes changes nothing", () => {
    const names = () =>
      synthesize((stack) => new BundledFunction(stack, "Fn", { entry: fixture("fails.ts") })).map((asset) =>
        asset.split("asset.").at(-1),
      );
    expect(names()).toEqual(names());
  });

  it("keeps class names and maps stack traces to the source", () => {
    const [asset] = synthesize((stack) => new BundledFunction(stack, "Fn", { entry: fixture("fails.ts") }));
    const trace = evaluate(
      asset,
      `(() => { try { module.handler() } catch (error) { return error.constructor.name + error.stack } })()`,
    );
    expect(trace).toMatch(/^OrderError/);
    expect(trace).toMatch(/fixtures\/fails\.ts:5:/);
  });

  it("finds socket.io for an app in a folder without node_modules", () => {
    const app = join(folder, "app.ts");
    writeFileSync(app, 'import { Server } from "socket.io";\nexport const io = new Server();\n');
    const [asset] = synthesize(
      (stack) => new BundledFunction(stack, "Fn", { entry: fixture("shows-app.ts"), alias: { "#app": app } }),
    );
    expect(evaluate(asset, "(await module.handler()).join()")).toBe("io");
  });

  it("fails with file, line and column where the code does not compile", () => {
    const broken = join(folder, "broken.ts");
    writeFileSync(
      broken,
      'import { nothing } from "./does-not-exist.js";\nexport const handler = nothing;\n',
    );
    expect(() => synthesize((stack) => new BundledFunction(stack, "Fn", { entry: broken }))).toThrow(
      expect.objectContaining({
        name: "BundlingError",
        constructor: BundlingError,
        problems: [expect.stringContaining(`${relative(process.cwd(), broken)}:1:25: Could not resolve`)],
      }),
    );
  });
});

/** Really bundles the functions that `build` makes; gives the folder of each asset. */
function synthesize(build: (stack: Stack) => void): string[] {
  const outdir = mkdtempSync(join(folder, "cdk.out-"));
  const app = new App({ outdir });
  build(new Stack(app, "Test"));
  return readdirSync(outdir)
    .filter((name) => name.startsWith("asset."))
    .map((name) => join(outdir, name));
}

/** Our functions whose bundles these are, by their source maps. */
function entriesOf(folders: readonly string[]): string[] {
  const sources = folders.flatMap((asset): string[] => {
    return JSON.parse(readFileSync(join(asset, "index.mjs.map"), "utf8")).sources;
  });
  return sources.flatMap((source) => /lambdas\/.+$/.exec(source) ?? []).sort();
}

/** Evaluates an expression over a bundle in a Node of its own, started as Lambda starts it. */
function evaluate(asset: string | undefined, expression: string): string {
  const url = pathToFileURL(join(asset ?? "", "index.mjs")).href;
  const script = `const module = await import(${JSON.stringify(url)}); console.log(String(${expression}))`;
  const env = {
    NODE_OPTIONS: "--enable-source-maps",
    AWS_REGION: "eu-west-1",
    [ENV.connectionsTable]: "Connections",
    [ENV.roomsTable]: "Rooms",
    [ENV.endpoint]: "https://api.execute-api.eu-west-1.amazonaws.com/prod",
  };
  return execFileSync(process.execPath, ["--input-type=module", "-e", script], { env, cwd: asset })
    .toString()
    .trim();
}
